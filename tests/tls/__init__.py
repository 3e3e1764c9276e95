# SPDX-License-Identifier: MIT
# A package, so that its conftest does not take the place of the tests' own.
