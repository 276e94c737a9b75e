// The identity service's settings. Authority for options: keystone.conf of Zed.

import { key, section } from "../config/keys.ts";

export const identitySection = section("identity", "Identity (keystone)", {
  KEYSTONE_BOOTSTRAP: key.bool(
    "True",
    "Whether DevStack's users, projects and catalog are made. False leaves the identity service as keystone-manage db_sync does: the default domain and no user; SERVICE_TOKEN is the way in.",
  ),
  KEYSTONE_TOKEN_EXPIRATION: key.int(86_400, "Life of a token in seconds.", {
    min: 1,
    option: "keystone.conf/token/expiration",
  }),
  KEYSTONE_ALLOW_EXPIRED_WINDOW: key.int(
    172_800,
    "Seconds after its expiry during which a token can still be looked at with allow_expired.",
    { option: "keystone.conf/token/allow_expired_window" },
  ),
  KEYSTONE_FERNET_MAX_ACTIVE_KEYS: key.int(
    3,
    "How many token keys keystone-manage fernet_rotate keeps; a token ends with its key.",
    { min: 2, option: "keystone.conf/fernet_tokens/max_active_keys" },
  ),
  KEYSTONE_ALLOW_RESCOPE: key.bool(
    "True",
    "Whether a scoped token may be exchanged for one of another scope.",
    {
      option: "keystone.conf/token/allow_rescope_scoped_token",
    },
  ),
  KEYSTONE_PASSWORD_HASH_MEMORY: key.int(
    19_456,
    "Memory, in KiB, that hashing a password with argon2id takes; with KEYSTONE_PASSWORD_HASH_ROUNDS the cost of a guess.",
    { min: 8 },
  ),
  KEYSTONE_PASSWORD_HASH_ROUNDS: key.int(2, "Passes over that memory.", { min: 1 }),
  KEYSTONE_MAX_PASSWORD_LENGTH: key.int(
    4096,
    "Longest password, in characters; what goes beyond is cut off.",
    {
      min: 1,
      option: "keystone.conf/identity/max_password_length",
    },
  ),
  KEYSTONE_STRICT_PASSWORD_CHECK: key.bool(
    "False",
    "Refuse a password that is too long instead of cutting it.",
    {
      option: "keystone.conf/DEFAULT/strict_password_check",
    },
  ),
  KEYSTONE_LOCKOUT_FAILURE_ATTEMPTS: key.int(
    0,
    "Wrong passwords after which a user is locked out. 0: never.",
    {
      option: "keystone.conf/security_compliance/lockout_failure_attempts",
    },
  ),
  KEYSTONE_LOCKOUT_DURATION: key.int(
    1800,
    "Seconds a user stays locked out. 0: until an administrator enables it.",
    {
      option: "keystone.conf/security_compliance/lockout_duration",
    },
  ),
  KEYSTONE_DISABLE_USER_DAYS_INACTIVE: key.int(
    0,
    "Days without a log-in after which a user is disabled. 0: never.",
    { option: "keystone.conf/security_compliance/disable_user_account_days_inactive" },
  ),
  KEYSTONE_PASSWORD_EXPIRES_DAYS: key.int(0, "Days a password is valid. 0: for ever.", {
    option: "keystone.conf/security_compliance/password_expires_days",
  }),
  KEYSTONE_UNIQUE_LAST_PASSWORD_COUNT: key.int(
    0,
    "How many of the last passwords a user may not choose again. 0: any password may be chosen.",
    { option: "keystone.conf/security_compliance/unique_last_password_count" },
  ),
  KEYSTONE_MINIMUM_PASSWORD_AGE: key.int(0, "Days before a user may change the password again. 0: at once.", {
    option: "keystone.conf/security_compliance/minimum_password_age",
  }),
  KEYSTONE_PASSWORD_REGEX: key.text(
    "",
    "Regular expression a new password must match. Empty: any password.",
    {
      option: "keystone.conf/security_compliance/password_regex",
    },
  ),
  KEYSTONE_PASSWORD_REGEX_DESCRIPTION: key.text("", "What that expression asks for, told to users.", {
    option: "keystone.conf/security_compliance/password_regex_description",
  }),
  KEYSTONE_CHANGE_PASSWORD_UPON_FIRST_USE: key.bool(
    "False",
    "Whether a password set by an administrator must be changed at the first log-in.",
    { option: "keystone.conf/security_compliance/change_password_upon_first_use" },
  ),
  KEYSTONE_MAX_PROJECT_TREE_DEPTH: key.int(
    5,
    "How deep projects may lie below each other, the domain not counted.",
    {
      min: 1,
      option: "keystone.conf/DEFAULT/max_project_tree_depth",
    },
  ),
  KEYSTONE_LIST_LIMIT: key.int(
    0,
    "How many things a list holds at most; one that was cut says `truncated`. 0: all of them.",
    { min: 0, option: "keystone.conf/DEFAULT/list_limit" },
  ),
  KEYSTONE_ENFORCEMENT_MODEL: key.choice(
    ["flat", "strict_two_level"],
    "flat",
    "Whether limits of projects must fit into those of their domain (strict_two_level) or not (flat).",
    { option: "keystone.conf/unified_limit/enforcement_model" },
  ),
  KEYSTONE_MAX_REDELEGATION_COUNT: key.int(3, "How often a trust can be handed on.", {
    option: "keystone.conf/trust/max_redelegation_count",
  }),
  KEYSTONE_CREDENTIAL_AUTH_TTL: key.int(15, "Minutes an EC2 signature is accepted after its time stamp.", {
    option: "keystone.conf/credential/auth_ttl",
  }),
});
