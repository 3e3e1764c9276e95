# SPDX-License-Identifier: MIT
"""TLS without memory, at every one of the allocations that OpenSSL makes: what
`meson test` does is a sample of them."""

import os
import subprocess

import pytest

from conftest import BUILD


@pytest.mark.long
def test_each():
    subprocess.run(
        [BUILD / "tests/unit/unit-tls_memory"], check=True, env={
            **os.environ, "TIELINE_EVERY_ALLOCATION": "yes",
            "TIELINE_CERTIFICATES": str(BUILD / "tests/certificates")})
