# shellcheck shell=sh disable=SC2034,SC2154
# SPDX-License-Identifier: MIT
# The test set, as part of certs/make: what a peer may show, as server-WHAT and
# client-WHAT with .crt and .key, and files that are none of that.

# pair WHAT HOW...: a server's and a client's, by HOW FILE KIND NAME SAN.
pair() {
	what=$1
	shift
	"$@" "server-$what" server "server-$what" \
		DNS:localhost,IP:127.0.0.1,IP:::1
	"$@" "client-$what" client "client-$what" "DNS:client-$what"
}

# server WHAT SAN: a server's alone, with these names.
server() {
	issue "server-$1" server "server-$1" "$2"
}

# by AUTHORITY HOW...
by() (
	AUTHORITY=$1
	shift
	"$@"
)

# with_rsa BITS HOW...
with_rsa() (
	algorithm=rsa key_option=rsa_keygen_bits:$1
	shift
	"$@"
)

# valid START END FILE KIND NAME SAN: YYYYMMDD
valid() {
	start=$1 end=$2
	shift 2
	new_key "$1" "$3" "$4" -out "$1.csr"
	run ca -batch -notext -in "$1.csr" -out "$1.crt" \
		-startdate "${start}000000Z" -enddate "${end}000000Z" \
		-extensions "$2_certificate"
}

revoked() {
	issue "$@"
	run ca -revoke "$1.crt"
}

# chained AUTHORITY HOW...: by that intermediate, which comes with it.
chained() {
	by "$@"
	cat "$1.crt" >>"$3.crt"
}

# For the other end: each has the use that the other needs.
for_wrong_use() {
	case $2 in
	server) issue "$1" client "$3" "$4" ;;
	client) issue "$1" server "$3" "$4" ;;
	esac
}

new_intermediate() {
	issue "$1" intermediate "$1 test authority" ''
	: >"$1.index"
	by "$1" list_revoked
}

make_authorities() {
	new_authority "test authority"
	by other-ca new_authority "another test authority"
	new_intermediate intermediate
	new_intermediate revoked-intermediate
	run ca -revoke revoked-intermediate.crt
}

make_pairs() {
	pair good issue
	pair rsa with_rsa 2048 issue
	pair weak with_rsa 1024 issue
	pair expired valid 20200101 20210101
	pair early valid 21000101 21010101
	pair other-ca by other-ca issue
	pair self-signed self_signed
	pair revoked revoked
	pair wrong-use for_wrong_use
	pair chain chained intermediate issue
	pair chain-cut by intermediate issue
	pair chain-revoked chained revoked-intermediate issue
}

make_servers() {
	server wrong-name DNS:elsewhere.test,IP:192.0.2.1
	server ip-only IP:127.0.0.1,IP:::1
	server name-only DNS:localhost
	server wildcard 'DNS:*.tieline.test'
	issue server-no-names server localhost ''
	for digest in sha384 sha512; do
		issue "server-$digest" server "server-$digest" \
			DNS:localhost,IP:127.0.0.1,IP:::1 "-$digest"
	done
}

make_clients() {
	issue client-names client client-names \
		email:no@one.test,DNS:one.test,IP:192.0.2.1,URI:urn:two
	# A name that ends early for who takes it as text: one.test, NUL, evil.
	issue client-nul client client-nul \
		DER:300f:820d:6f6e652e7465737400:6576696c
	# As long as a name may be, and a byte longer.
	long=urn:$(printf '%02044d' 2)
	issue client-long client client-long "URI:${long}0,URI:$long"
	by other-ca issue client-odd client "$(printf 'a\nb\033[31m')" ''
}

# With the intermediates', as whoever checks a chain needs them all.
make_revocation_lists() {
	run ca -gencrl -crl_lastupdate 20200101000000Z \
		-crl_nextupdate 20200201000000Z -out expired.crl
	list_revoked
	cat intermediate.crl revoked-intermediate.crl >>ca.crl
}

# Keys and files that are not what they seem; the passphrase is "secret".
make_unusable() {
	cp server-good.key readable.key
	chmod 0644 readable.key
	openssl pkey -in server-good.key -aes256 -passout pass:secret \
		-out encrypted.key
	cat ca.crt other-ca.crt >both-cas.crt
	cat server-good.crt server-good.key >server-both.crt
	: >empty.crt
	echo "no certificate, and no key" >garbage.crt
	sed '3s/^.\{20\}/$&/' server-good.crt >broken.crt
	cat server-good.crt broken.crt >server-broken-chain.crt
	head -n 4 server-good.crt >cut.crt
	head -n 2 server-good.key >cut.key
}

make_test_set() {
	[ $# -eq 0 ] || bad_usage
	make_authorities
	make_pairs
	make_servers
	make_clients
	make_revocation_lists
	make_unusable
	publish ca.index ./*.key ./*.crt ./*.crl
	echo "Made a test set in $dir."
}
