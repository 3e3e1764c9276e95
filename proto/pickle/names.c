/* SPDX-License-Identifier: MIT */
#include "names.h"

#include <string.h>

enum python { PYTHON2, PYTHON3, PYTHONS };

/* From which side a row is true. */
enum direction { FROM_2 = 1 << PYTHON2, TO_2 = 1 << PYTHON3, BOTH = 3 };

static const struct row {
	enum direction direction;
	struct tli_names names[PYTHONS]; /* no name: the whole module */
} rows[] = {
/* clang-format off */
#define RENAMED(direction, module2, name2, module3, name3)                     \
	{direction, {{TLI_WORD(module2), TLI_WORD(name2)},                     \
			    {TLI_WORD(module3), TLI_WORD(name3)}}}
/* clang-format on */
#define MOVED(direction, module2, module3, name)                               \
	RENAMED(direction, module2, name, module3, name)
#define BUILTIN(name)  MOVED(BOTH, "exceptions", "builtins", name)
#define OS_ERROR(name) RENAMED(TO_2, "exceptions", "OSError", "builtins", name)
#define MODULE(direction, module2, module3)                                    \
	RENAMED(direction, module2, "", module3, "")

	/* The first row that fits counts: single names stand before whole
	   modules. */
	BUILTIN("ArithmeticError"),
	BUILTIN("AssertionError"),
	BUILTIN("AttributeError"),
	BUILTIN("BaseException"),
	BUILTIN("BufferError"),
	BUILTIN("BytesWarning"),
	BUILTIN("DeprecationWarning"),
	BUILTIN("EOFError"),
	BUILTIN("EnvironmentError"),
	BUILTIN("Exception"),
	BUILTIN("FloatingPointError"),
	BUILTIN("FutureWarning"),
	BUILTIN("GeneratorExit"),
	BUILTIN("IOError"),
	BUILTIN("ImportError"),
	BUILTIN("ImportWarning"),
	BUILTIN("IndentationError"),
	BUILTIN("IndexError"),
	BUILTIN("KeyError"),
	BUILTIN("KeyboardInterrupt"),
	BUILTIN("LookupError"),
	BUILTIN("MemoryError"),
	BUILTIN("NameError"),
	BUILTIN("NotImplementedError"),
	BUILTIN("OSError"),
	BUILTIN("OverflowError"),
	BUILTIN("PendingDeprecationWarning"),
	BUILTIN("ReferenceError"),
	BUILTIN("RuntimeError"),
	BUILTIN("RuntimeWarning"),
	BUILTIN("StopIteration"),
	BUILTIN("SyntaxError"),
	BUILTIN("SyntaxWarning"),
	BUILTIN("SystemError"),
	BUILTIN("SystemExit"),
	BUILTIN("TabError"),
	BUILTIN("TypeError"),
	BUILTIN("UnboundLocalError"),
	BUILTIN("UnicodeDecodeError"),
	BUILTIN("UnicodeEncodeError"),
	BUILTIN("UnicodeError"),
	BUILTIN("UnicodeTranslateError"),
	BUILTIN("UnicodeWarning"),
	BUILTIN("UserWarning"),
	BUILTIN("ValueError"),
	BUILTIN("Warning"),
	BUILTIN("ZeroDivisionError"),
	OS_ERROR("BrokenPipeError"),
	OS_ERROR("ChildProcessError"),
	OS_ERROR("ConnectionAbortedError"),
	OS_ERROR("ConnectionError"),
	OS_ERROR("ConnectionRefusedError"),
	OS_ERROR("ConnectionResetError"),
	OS_ERROR("FileExistsError"),
	OS_ERROR("FileNotFoundError"),
	OS_ERROR("InterruptedError"),
	OS_ERROR("IsADirectoryError"),
	OS_ERROR("NotADirectoryError"),
	OS_ERROR("PermissionError"),
	OS_ERROR("ProcessLookupError"),
	OS_ERROR("TimeoutError"),
	RENAMED(BOTH, "UserDict", "IterableUserDict", "collections",
		"UserDict"),
	MOVED(BOTH, "UserList", "collections", "UserList"),
	MOVED(BOTH, "UserString", "collections", "UserString"),
	MOVED(BOTH, "__builtin__", "sys", "intern"),
	RENAMED(BOTH, "__builtin__", "long", "builtins", "int"),
	MOVED(BOTH, "__builtin__", "functools", "reduce"),
	RENAMED(BOTH, "__builtin__", "unichr", "builtins", "chr"),
	RENAMED(BOTH, "__builtin__", "unicode", "builtins", "str"),
	RENAMED(BOTH, "__builtin__", "xrange", "builtins", "range"),
	MOVED(BOTH, "_multiprocessing", "multiprocessing.connection",
		"Connection"),
	MOVED(BOTH, "_socket", "socket", "fromfd"),
	RENAMED(BOTH, "itertools", "ifilter", "builtins", "filter"),
	RENAMED(BOTH, "itertools", "ifilterfalse", "itertools", "filterfalse"),
	RENAMED(BOTH, "itertools", "imap", "builtins", "map"),
	RENAMED(BOTH, "itertools", "izip", "builtins", "zip"),
	RENAMED(BOTH, "itertools", "izip_longest", "itertools", "zip_longest"),
	MOVED(BOTH, "multiprocessing", "multiprocessing.context",
		"AuthenticationError"),
	MOVED(BOTH, "multiprocessing", "multiprocessing.context",
		"BufferTooShort"),
	MOVED(BOTH, "multiprocessing", "multiprocessing.context",
		"ProcessError"),
	MOVED(BOTH, "multiprocessing", "multiprocessing.context",
		"TimeoutError"),
	MOVED(BOTH, "multiprocessing.forking", "multiprocessing.popen_fork",
		"Popen"),
	MOVED(BOTH, "multiprocessing.process", "multiprocessing.context",
		"Process"),
	MOVED(BOTH, "urllib", "urllib.error", "ContentTooShortError"),
	MOVED(BOTH, "urllib", "urllib.request", "getproxies"),
	MOVED(BOTH, "urllib", "urllib.request", "pathname2url"),
	MOVED(BOTH, "urllib", "urllib.parse", "quote"),
	MOVED(BOTH, "urllib", "urllib.parse", "quote_plus"),
	MOVED(BOTH, "urllib", "urllib.parse", "unquote"),
	MOVED(BOTH, "urllib", "urllib.parse", "unquote_plus"),
	MOVED(BOTH, "urllib", "urllib.request", "url2pathname"),
	MOVED(BOTH, "urllib", "urllib.request", "urlcleanup"),
	MOVED(BOTH, "urllib", "urllib.parse", "urlencode"),
	MOVED(BOTH, "urllib", "urllib.request", "urlopen"),
	MOVED(BOTH, "urllib", "urllib.request", "urlretrieve"),
	MOVED(BOTH, "urllib2", "urllib.error", "HTTPError"),
	MOVED(BOTH, "urllib2", "urllib.error", "URLError"),
	MOVED(BOTH, "whichdb", "dbm", "whichdb"),
	MOVED(FROM_2, "UserDict", "collections", "UserDict"),
	RENAMED(FROM_2, "__builtin__", "basestring", "builtins", "str"),
	RENAMED(FROM_2, "exceptions", "StandardError", "builtins", "Exception"),
	RENAMED(FROM_2, "socket", "_socketobject", "socket", "SocketType"),
	MOVED(TO_2, "CGIHTTPServer", "http.server", "CGIHTTPRequestHandler"),
	MOVED(TO_2, "DocXMLRPCServer", "xmlrpc.server",
		"DocCGIXMLRPCRequestHandler"),
	MOVED(TO_2, "DocXMLRPCServer", "xmlrpc.server",
		"DocXMLRPCRequestHandler"),
	MOVED(TO_2, "DocXMLRPCServer", "xmlrpc.server", "DocXMLRPCServer"),
	MOVED(TO_2, "DocXMLRPCServer", "xmlrpc.server", "ServerHTMLDoc"),
	MOVED(TO_2, "DocXMLRPCServer", "xmlrpc.server", "XMLRPCDocGenerator"),
	MOVED(TO_2, "FileDialog", "tkinter.filedialog", "FileDialog"),
	MOVED(TO_2, "FileDialog", "tkinter.filedialog", "LoadFileDialog"),
	MOVED(TO_2, "FileDialog", "tkinter.filedialog", "SaveFileDialog"),
	MOVED(TO_2, "SimpleDialog", "tkinter.simpledialog", "SimpleDialog"),
	MOVED(TO_2, "SimpleHTTPServer", "http.server",
		"SimpleHTTPRequestHandler"),
	MOVED(TO_2, "__builtin__", "_functools", "reduce"),
	RENAMED(TO_2, "exceptions", "ImportError", "builtins",
		"ModuleNotFoundError"),
	RENAMED(TO_2, "socket", "_socketobject", "_socket", "socket"),

	MODULE(BOTH, "BaseHTTPServer", "http.server"),
	MODULE(BOTH, "ConfigParser", "configparser"),
	MODULE(BOTH, "Cookie", "http.cookies"),
	MODULE(BOTH, "Dialog", "tkinter.dialog"),
	MODULE(BOTH, "HTMLParser", "html.parser"),
	MODULE(BOTH, "Queue", "queue"),
	MODULE(BOTH, "ScrolledText", "tkinter.scrolledtext"),
	MODULE(BOTH, "SimpleXMLRPCServer", "xmlrpc.server"),
	MODULE(BOTH, "SocketServer", "socketserver"),
	MODULE(BOTH, "Tix", "tkinter.tix"),
	MODULE(BOTH, "Tkconstants", "tkinter.constants"),
	MODULE(BOTH, "Tkdnd", "tkinter.dnd"),
	MODULE(BOTH, "Tkinter", "tkinter"),
	MODULE(BOTH, "__builtin__", "builtins"),
	MODULE(BOTH, "_abcoll", "collections.abc"),
	MODULE(BOTH, "_winreg", "winreg"),
	MODULE(BOTH, "anydbm", "dbm"),
	MODULE(BOTH, "commands", "subprocess"),
	MODULE(BOTH, "cookielib", "http.cookiejar"),
	MODULE(BOTH, "copy_reg", "copyreg"),
	MODULE(BOTH, "dbhash", "dbm.bsd"),
	MODULE(BOTH, "dbm", "dbm.ndbm"),
	MODULE(BOTH, "dumbdbm", "dbm.dumb"),
	MODULE(BOTH, "dummy_thread", "_dummy_thread"),
	MODULE(BOTH, "gdbm", "dbm.gnu"),
	MODULE(BOTH, "htmlentitydefs", "html.entities"),
	MODULE(BOTH, "httplib", "http.client"),
	MODULE(BOTH, "markupbase", "_markupbase"),
	MODULE(BOTH, "repr", "reprlib"),
	MODULE(BOTH, "robotparser", "urllib.robotparser"),
	MODULE(BOTH, "test.test_support", "test.support"),
	MODULE(BOTH, "thread", "_thread"),
	MODULE(BOTH, "tkColorChooser", "tkinter.colorchooser"),
	MODULE(BOTH, "tkCommonDialog", "tkinter.commondialog"),
	MODULE(BOTH, "tkFileDialog", "tkinter.filedialog"),
	MODULE(BOTH, "tkFont", "tkinter.font"),
	MODULE(BOTH, "tkMessageBox", "tkinter.messagebox"),
	MODULE(BOTH, "tkSimpleDialog", "tkinter.simpledialog"),
	MODULE(BOTH, "ttk", "tkinter.ttk"),
	MODULE(BOTH, "urllib2", "urllib.request"),
	MODULE(BOTH, "urlparse", "urllib.parse"),
	MODULE(BOTH, "xmlrpclib", "xmlrpc.client"),
	MODULE(FROM_2, "CGIHTTPServer", "http.server"),
	MODULE(FROM_2, "DocXMLRPCServer", "xmlrpc.server"),
	MODULE(FROM_2, "FileDialog", "tkinter.filedialog"),
	MODULE(FROM_2, "SimpleDialog", "tkinter.simpledialog"),
	MODULE(FROM_2, "SimpleHTTPServer", "http.server"),
	MODULE(FROM_2, "StringIO", "io"),
	MODULE(FROM_2, "UserDict", "collections"),
	MODULE(FROM_2, "UserList", "collections"),
	MODULE(FROM_2, "UserString", "collections"),
	MODULE(FROM_2, "_elementtree", "xml.etree.ElementTree"),
	MODULE(FROM_2, "cPickle", "pickle"),
	MODULE(FROM_2, "cStringIO", "io"),
	MODULE(FROM_2, "whichdb", "dbm"),
	MODULE(TO_2, "bz2", "_bz2"),
	MODULE(TO_2, "dbm", "_dbm"),
	MODULE(TO_2, "functools", "_functools"),
	MODULE(TO_2, "gdbm", "_gdbm"),
	MODULE(TO_2, "pickle", "_pickle"),
};

static bool same(const struct tli_word *one, const struct tli_word *other)
{
	return one->len == other->len &&
		memcmp(one->text, other->text, one->len) == 0;
}

static bool covers(const struct tli_names *row, const struct tli_names *names)
{
	return same(&row->module, &names->module) &&
		(row->name.len == 0 || same(&row->name, &names->name));
}

static void replace(struct tli_names *names, const struct tli_names *by)
{
	names->module = by->module;
	if (by->name.len > 0)
		names->name = by->name;
}

static void translate(struct tli_names *names, enum python from, enum python to)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (rows[i].direction & 1 << from &&
			covers(&rows[i].names[from], names)) {
			replace(names, &rows[i].names[to]);
			return;
		}
	}
}

void tli_names_from_python2(struct tli_names *names)
{
	translate(names, PYTHON2, PYTHON3);
}

void tli_names_to_python2(struct tli_names *names)
{
	translate(names, PYTHON3, PYTHON2);
}
