// The identity service's settings. Authority for options: keystone.conf of Zed.

import { key, section } from "../config/keys.ts";

export const identitySection = section("identity", "Identity (keystone)", {
  KEYSTONE_TOKEN_EXPIRATION: key.int(86_400, "Life of a token in seconds.", {
    min: 1,
    option: "keystone.conf/token/expiration",
  }),
  KEYSTONE_PASSWORD_HASH_MEMORY: key.int(
    19_456,
    "Memory, in KiB, that hashing a password with argon2id takes; with KEYSTONE_PASSWORD_HASH_ROUNDS the cost of a guess.",
    { min: 8 },
  ),
  KEYSTONE_PASSWORD_HASH_ROUNDS: key.int(2, "Passes over that memory.", { min: 1 }),
  KEYSTONE_MAX_PASSWORD_LENGTH: key.int(4096, "Longest password accepted, in characters.", {
    min: 1,
    option: "keystone.conf/identity/max_password_length",
  }),
});
