# SPDX-License-Identifier: MIT
# A package, so that its modules do not get in the way of other tests'.
