/* SPDX-License-Identifier: MIT */
/* The keyed digests against published answers, and the comparison. */
#include "unit.h"

#include "../../proto/hmac.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define LARGE_KEY "Test Using Larger Than Block-Size Key - Hash Key First"
#define LARGE_BOTH_MD5                                                         \
	"Test Using Larger Than Block-Size Key and Larger Than One "           \
	"Block-Size Data"
#define LARGE_BOTH                                                             \
	"This is a test using a larger than block-size key and a larger than " \
	"block-size data. The key needs to be hashed before being used by "    \
	"the HMAC algorithm."

/* A text, or len bytes: first, first + step ... */
struct input {
	const char *text;
	size_t len;
	uint8_t first;
	uint8_t step;
};

#define TEXT(text)                                                             \
	{                                                                      \
		text, sizeof(text) - 1, 0, 0                                   \
	}
#define REPEAT(byte, len)                                                      \
	{                                                                      \
		NULL, len, byte, 0                                             \
	}
#define COUNT(first, len)                                                      \
	{                                                                      \
		NULL, len, first, 1                                            \
	}

static const struct row {
	enum tli_digest digest;
	struct input key;
	struct input text;
	const char *mac;
} rows[] = {
	/* RFC 2202 */
	{TLI_MD5, REPEAT(0x0b, 16), TEXT("Hi There"),
		"9294727a3638bb1c13f48ef8158bfc9d"},
	{TLI_MD5, TEXT("Jefe"), TEXT("what do ya want for nothing?"),
		"750c783e6ab0b503eaa86e310a5db738"},
	{TLI_MD5, REPEAT(0xaa, 16), REPEAT(0xdd, 50),
		"56be34521d144c88dbb8c733f0e8b3f6"},
	{TLI_MD5, COUNT(1, 25), REPEAT(0xcd, 50),
		"697eaf0aca3a3aea3a75164746ffaa79"},
	{TLI_MD5, REPEAT(0x0c, 16), TEXT("Test With Truncation"),
		"56461ef2342edc00f9bab995690efd4c"},
	{TLI_MD5, REPEAT(0xaa, 80), TEXT(LARGE_KEY),
		"6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd"},
	{TLI_MD5, REPEAT(0xaa, 80), TEXT(LARGE_BOTH_MD5),
		"6f630fad67cda0ee1fb1f562db3aa53e"},
	/* RFC 4231 */
	{TLI_SHA256, REPEAT(0x0b, 20), TEXT("Hi There"),
		"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cf"
		"f7"},
	{TLI_SHA256, TEXT("Jefe"), TEXT("what do ya want for nothing?"),
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec38"
		"43"},
	{TLI_SHA256, REPEAT(0xaa, 20), REPEAT(0xdd, 50),
		"773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565"
		"fe"},
	{TLI_SHA256, COUNT(1, 25), REPEAT(0xcd, 50),
		"82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff4672966"
		"5b"},
	{TLI_SHA256, REPEAT(0xaa, 131), TEXT(LARGE_KEY),
		"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f"
		"54"},
	{TLI_SHA256, REPEAT(0xaa, 131), TEXT(LARGE_BOTH),
		"9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35"
		"e2"},
	{TLI_SHA384, REPEAT(0x0b, 20), TEXT("Hi There"),
		"afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc5"
		"9c"
		"faea9ea9076ede7f4af152e8b2fa9cb6"},
	{TLI_SHA384, TEXT("Jefe"), TEXT("what do ya want for nothing?"),
		"af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec373632244"
		"5e"
		"8e2240ca5e69e2c78b3239ecfab21649"},
	{TLI_SHA384, REPEAT(0xaa, 20), REPEAT(0xdd, 50),
		"88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e5596614"
		"4b"
		"2a5ab39dc13814b94e3ab6e101a34f27"},
	{TLI_SHA384, COUNT(1, 25), REPEAT(0xcd, 50),
		"3e8a69b7783c25851933ab6290af6ca77a9981480850009cc5577c6e1f573b"
		"4e"
		"6801dd23c4a7d679ccf8a386c674cffb"},
	{TLI_SHA384, REPEAT(0xaa, 131), TEXT(LARGE_KEY),
		"4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4"
		"c6"
		"0c2ef6ab4030fe8296248df163f44952"},
	{TLI_SHA384, REPEAT(0xaa, 131), TEXT(LARGE_BOTH),
		"6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99"
		"c5"
		"a678cc31e799176d3860e6110c46523e"},
	/* NIST, HMAC_SHA3-256 and HMAC_SHA3-384 */
	{TLI_SHA3_256, COUNT(0, 32), TEXT("Sample message for keylen<blocklen"),
		"4fe8e202c4f058e8dddc23d8c34e467343e23555e24fc2f025d598f558f672"
		"05"},
	{TLI_SHA3_256, COUNT(0, 136),
		TEXT("Sample message for keylen=blocklen"),
		"68b94e2e538a9be4103bebb5aa016d47961d4d1aa906061313b557f8af2c3f"
		"aa"},
	{TLI_SHA3_256, COUNT(0, 168),
		TEXT("Sample message for keylen>blocklen"),
		"9bcf2c238e235c3ce88404e813bd2f3a97185ac6f238c63d6229a00b079742"
		"58"},
	{TLI_SHA3_384, COUNT(0, 48), TEXT("Sample message for keylen<blocklen"),
		"d588a3c51f3f2d906e8298c1199aa8ff6296218127f6b38a90b6afe2c56177"
		"25"
		"bc99987f79b22a557b6520db710b7f42"},
	{TLI_SHA3_384, COUNT(0, 104),
		TEXT("Sample message for keylen=blocklen"),
		"a27d24b592e8c8cbf6d4ce6fc5bf62d8fc98bf2d486640d9eb8099e2404783"
		"7f"
		"5f3bffbe92dcce90b4ed5b1e7e44fa90"},
	{TLI_SHA3_384, COUNT(0, 152),
		TEXT("Sample message for keylen>blocklen"),
		"e5ae4c739f455279368ebf36d4f5354c95aa184c899d3870e460ebc288ef1f"
		"94"
		"70053f73f7c6da2a71bcaec38ce7d6ac"},
	/* neither key nor text, and a text as long as a challenge gets */
	{TLI_MD5, TEXT(""), TEXT(""), "74e6f7298a9c2d168935f58c001bad88"},
	{TLI_MD5, REPEAT(0x6b, 4096), REPEAT(0x78, 245),
		"427e7d02f6f17bdd76b5ee5e333998ef"},
	{TLI_SHA256, TEXT(""), TEXT(""),
		"b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5"
		"ad"},
	{TLI_SHA256, REPEAT(0x6b, 4096), REPEAT(0x78, 245),
		"1783f8aa1868078878e60b81a850430c5620baaf3f40afb1b79e27792410b6"
		"4c"},
	{TLI_SHA384, TEXT(""), TEXT(""),
		"6c1f2ee938fad2e24bd91298474382ca218c75db3d83e114b3d4367776d14d"
		"35"
		"51289e75e8209cd4b792302840234adc"},
	{TLI_SHA384, REPEAT(0x6b, 4096), REPEAT(0x78, 245),
		"09a448a02d54714328498574760046e609532cf12e25c848abcae8f3ac13c4"
		"00"
		"414a2b729c920260f3275df31c3115fb"},
	{TLI_SHA3_256, TEXT(""), TEXT(""),
		"e841c164e5b4f10c9f3985587962af72fd607a951196fc92fb3a5251941784"
		"ea"},
	{TLI_SHA3_256, REPEAT(0x6b, 4096), REPEAT(0x78, 245),
		"780277ad651e2afff8d9a017885032b8ef8e27ccaed2cad87b4ce094b81cbd"
		"8d"},
	{TLI_SHA3_384, TEXT(""), TEXT(""),
		"adca89f07bbfbeaf58880c1572379ea2416568fd3b66542bd42599c57c4567"
		"e6"
		"ae086299ea216c6f3e7aef90b6191d24"},
	{TLI_SHA3_384, REPEAT(0x6b, 4096), REPEAT(0x78, 245),
		"dffae915fdf62c0e1cb860389a80af7be77ef6d4657d33b16339a0a26cb6c4"
		"ff"
		"a76414ac8aa409d248deeac164b28d05"},
};

static uint8_t *bytes_of(const struct input *input)
{
	uint8_t bytes[4096];

	assert_in_range(input->len, 0, sizeof(bytes));
	for (size_t i = 0; i < input->len; i++)
		bytes[i] = input->text
			? (uint8_t)input->text[i]
			: (uint8_t)(input->first + i * input->step);
	return exact_copy(bytes, input->len);
}

static void answers_are_the_known_ones(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct row *row = &rows[i];
		uint8_t *key = bytes_of(&row->key);
		uint8_t *text = bytes_of(&row->text);
		uint8_t mac[TLI_HMAC_MAX], expected[TLI_HMAC_MAX];
		size_t len = from_hex(row->mac, expected, sizeof(expected));

		check(row->mac,
			tli_hmac(row->digest, key, row->key.len, text,
				row->text.len, mac));
		check_bytes(row->mac, mac, tli_digest_bytes(row->digest),
			expected, len);
		free(key);
		free(text);
	}
}

/* A digest takes its own length of the MAC, and no byte more. */
static void no_digest_writes_more_than_its_length(void **state)
{
	uint8_t mac[TLI_HMAC_MAX];

	(void)state;
	for (int digest = TLI_MD5; digest <= TLI_SHA3_384; digest++) {
		size_t len = tli_digest_bytes((enum tli_digest)digest);

		memset(mac, 0xee, sizeof(mac));
		assert_true(tli_hmac(
			(enum tli_digest)digest, "key", 3, "text", 4, mac));
		for (size_t i = len; i < sizeof(mac); i++)
			assert_int_equal(mac[i], 0xee);
	}
}

static void no_key_and_no_text_need_no_memory(void **state)
{
	uint8_t without[TLI_HMAC_MAX], empty[TLI_HMAC_MAX];

	(void)state;
	assert_true(tli_hmac(TLI_SHA256, "", 0, NULL, 0, without));
	assert_true(tli_hmac(TLI_SHA256, "", 0, "", 0, empty));
	assert_memory_equal(without, empty, 32);
}

static void a_key_longer_than_openssl_takes_is_refused(void **state)
{
	uint8_t mac[TLI_HMAC_MAX];

	(void)state;
	assert_false(tli_hmac(TLI_SHA256, "", (size_t)INT_MAX + 1, "", 0, mac));
	assert_false(tli_hmac(TLI_SHA256, "", SIZE_MAX, "", 0, mac));
}

/* As under FIPS, where there is no MD5. The program's errors stay as they
 * were. */
static void a_digest_that_is_not_offered_is_refused(void **state)
{
	uint8_t mac[TLI_HMAC_MAX];

	(void)state;
	ERR_clear_error();
	assert_true(EVP_set_default_properties(NULL, "fips=yes"));
	ERR_put_error(ERR_LIB_USER, 0, 42, "theirs", 1);
	assert_false(tli_hmac(TLI_MD5, "key", 3, "text", 4, mac));
	assert_int_equal(ERR_GET_REASON(ERR_get_error()), 42);
	assert_int_equal(ERR_get_error(), 0);
	assert_true(EVP_set_default_properties(NULL, ""));
	assert_true(tli_hmac(TLI_MD5, "key", 3, "text", 4, mac));
}

static void secrets_are_equal_in_all_bytes_or_not(void **state)
{
	uint8_t a[48], b[48];

	(void)state;
	memset(a, 7, sizeof(a));
	for (size_t i = 0; i < sizeof(a); i++) {
		memcpy(b, a, sizeof(b));
		assert_true(tli_equal_secret(a, b, sizeof(a)));
		b[i] ^= 0x80;
		assert_false(tli_equal_secret(a, b, sizeof(a)));
		assert_false(tli_equal_secret(a, b, i + 1));
		assert_true(tli_equal_secret(a, b, i));
	}
}

static void equal_differences_do_not_cancel_out(void **state)
{
	(void)state;
	assert_false(tli_equal_secret("\x01\x01", "\x00\x00", 2));
	assert_false(tli_equal_secret("ab", "ba", 2));
	assert_false(tli_equal_secret("\xff\x01", "\x00\x00", 2));
}

static void wiping_leaves_what_is_behind(void **state)
{
	uint8_t secret[8];

	(void)state;
	memset(secret, 0xee, sizeof(secret));
	tli_wipe(secret, 5);
	for (size_t i = 0; i < sizeof(secret); i++)
		assert_int_equal(secret[i], i < 5 ? 0 : 0xee);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_the_known_ones),
		cmocka_unit_test(no_digest_writes_more_than_its_length),
		cmocka_unit_test(no_key_and_no_text_need_no_memory),
		cmocka_unit_test(a_key_longer_than_openssl_takes_is_refused),
		cmocka_unit_test(a_digest_that_is_not_offered_is_refused),
		cmocka_unit_test(secrets_are_equal_in_all_bytes_or_not),
		cmocka_unit_test(equal_differences_do_not_cancel_out),
		cmocka_unit_test(wiping_leaves_what_is_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
