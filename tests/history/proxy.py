# SPDX-License-Identifier: MIT
"""A proxy between clients and a broker that harms connections at random, as a
seed says. Each client has an address of its own, so that it is known whose
connection was harmed."""

import asyncio
import random
import socket
import struct
import threading

CHUNK = 16384

# How often something happens to what comes in at once, of 1000 times.
FAULTS = {"delay": 40, "dribble": 20, "stall": 6, "reset": 6, "half_close": 3}


def family_of(place):
    return socket.AF_INET if isinstance(place, tuple) else socket.AF_UNIX


class Link:
    """A client's connection, and the one to the broker that it is tied to."""

    def __init__(self, proxy, client, sockets):
        self.proxy = proxy
        self.client = client
        self.sockets = sockets
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.pumps = []

    async def run(self):
        try:
            for one, other in (self.sockets, self.sockets[::-1]):
                self.pumps.append(asyncio.ensure_future(self.pump(one, other)))
            await asyncio.wait(self.pumps)
        finally:
            self.end()

    async def pump(self, source, sink):
        """An end is passed on; a break breaks both."""
        loop = asyncio.get_running_loop()
        try:
            while data := await loop.sock_recv(source, CHUNK):
                await self.flowing.wait()
                if not await self.passes(data, sink):
                    return
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            self.break_off()

    async def passes(self, data, sink):
        """False if nothing more goes this way."""
        fault = self.proxy.draw()
        return await getattr(self, fault)(data, sink)

    async def nothing(self, data, sink):
        await asyncio.get_running_loop().sock_sendall(sink, data)
        return True

    async def delay(self, data, sink):
        await asyncio.sleep(self.proxy.luck.uniform(0, 0.02))
        return await self.nothing(data, sink)

    async def dribble(self, data, sink):
        """Byte by byte, for a while."""
        few = self.proxy.luck.randrange(100)
        for place in range(len(data[:few])):
            await self.nothing(data[place:place + 1], sink)
            await asyncio.sleep(0)
        return await self.nothing(data[few:], sink)

    async def stall(self, data, sink):
        """Nothing goes either way."""
        self.flowing.clear()
        await asyncio.sleep(self.proxy.luck.uniform(0.02, 0.2))
        self.flowing.set()
        return await self.nothing(data, sink)

    async def half_close(self, data, sink):
        """A part of it, and an end, while the other way goes on."""
        self.proxy.on_cut(self.client)
        await self.nothing(data[:len(data) // 2], sink)
        sink.shutdown(socket.SHUT_WR)
        return False

    async def reset(self, data, sink):
        self.proxy.on_cut(self.client)
        self.break_off()
        return False

    def break_off(self):
        """With resets, on TCP."""
        for sock in self.sockets:
            if sock.fileno() >= 0:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                struct.pack("ii", 1, 0))
        self.end()

    def end(self):
        for pump in self.pumps:
            pump.cancel()
        for sock in self.sockets:
            sock.close()


class Proxy:
    """Runs in a thread of its own. on_cut(client) is called before a client's
    connection is cut."""

    def __init__(self, seed, on_cut, faults=FAULTS):
        self.luck = random.Random(seed)
        self.on_cut = on_cut
        self.faults = [*faults, "nothing"]
        self.weights = [*faults.values(), 1000 - sum(faults.values())]
        self.links = set()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()

    def draw(self):
        return self.luck.choices(self.faults, self.weights)[0]

    def listen(self, client, target, path=None):
        """Returns where that client finds the target: a (host, port), or the
        path."""
        place = path or ("127.0.0.1", 0)
        listener = socket.socket(family_of(place))
        listener.bind(place)
        listener.listen()
        listener.setblocking(False)
        self.call(self.accept(listener, client, target))
        return listener.getsockname()

    def call(self, coroutine):
        asyncio.run_coroutine_threadsafe(coroutine, self.loop)

    async def accept(self, listener, client, target):
        with listener:
            while True:
                one, _ = await self.loop.sock_accept(listener)
                asyncio.ensure_future(self.tie(client, one, target))

    async def tie(self, client, one, target):
        with one, socket.socket(family_of(target)) as other:
            for sock in (one, other):
                sock.setblocking(False)
                if sock.family == socket.AF_INET:
                    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await self.loop.sock_connect(other, target)
            link = Link(self, client, (one, other))
            self.links.add(link)
            try:
                await link.run()
            finally:
                self.links.discard(link)

    def cut(self, client):
        """Breaks what that client has now."""
        self.call(self.cut_all(client))

    async def cut_all(self, client):
        for link in list(self.links):
            if link.client == client:
                await link.reset(b"", None)

    def close(self):
        """Breaks all connections."""
        self.call(self.finish())
        self.thread.join()
        self.loop.close()

    async def finish(self):
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.loop.stop()
