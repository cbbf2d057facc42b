/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_sha256 - the vectors of FIPS 180-4 and what pieces, blocks and paddings can get wrong.
 */
#include "tests/unit/test.h"

#include "base/sha256.h"

static void assert_hash(const char *data, size_t len, size_t piece, const char *expected)
{
	char hex[2 * SHA256_SIZE + 1];
	uint8_t hash[SHA256_SIZE];
	struct sha256 s;
	size_t at = 0;

	sha256_init(&s);
	while (at < len) {
		size_t n = len - at < piece ? len - at : piece;

		sha256_add(&s, data + at, n);
		at += n;
	}
	sha256_end(&s, hash);
	sha256_hex(hash, hex);
	assert_string_equal(hex, expected);
}

static void the_published_vectors_come_out(void **state)
{
	static const char two[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

	assert_hash("", 0, 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_hash("abc", 3, 3,
		    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_hash(two, 56, 56,
		    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void a_million_bytes_in_pieces_of_any_size(void **state)
{
	static const size_t pieces[] = {1, 3, 63, 64, 65, 4096, 1000000};
	char *data = malloc(1000000);
	size_t i;

	memset(data, 'a', 1000000);
	for (i = 0; i < sizeof(pieces) / sizeof(*pieces); i++)
		assert_hash(data, 1000000, pieces[i],
			    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	free(data);
}

/* 55 bytes are the last that have room for the length in one block, 64 fill it. */
static void the_padding_is_right_at_the_edges_of_a_block(void **state)
{
	static const struct {
		size_t len;
		const char *hash;
	} rows[] = {
		{55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"},
		{56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"},
		{63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"},
		{64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"},
		{65, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0"},
	};
	char data[65];
	size_t i;

	memset(data, 'a', sizeof(data));
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_hash(data, rows[i].len, 7, rows[i].hash);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_published_vectors_come_out),
		cmocka_unit_test(a_million_bytes_in_pieces_of_any_size),
		cmocka_unit_test(the_padding_is_right_at_the_edges_of_a_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
