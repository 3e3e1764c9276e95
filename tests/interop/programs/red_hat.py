# SPDX-License-Identifier: MIT
"""stock.py on a Python up to 3.11 with Red Hat's patch for FIPS: the same
handshake with HMAC-SHA256 in place of HMAC-MD5."""

import hmac
import sys

import stock

new_of_python = hmac.new


def new(key, msg=None, digestmod=""):
    return new_of_python(key, msg, "sha256" if digestmod == "md5" else digestmod)


hmac.new = new
stock.main(*sys.argv[1:])
