// The object store's settings. Authority: DevStack's lib/swift for names, swift.conf and proxy-server.conf for options.

import { key, section } from "../config/keys.ts";

/** DevStack's pipeline, with what it leaves out switched on. */
const DEFAULT_PIPELINE =
  "catch_errors gatekeeper healthcheck proxy-logging cache listing_formats container_sync bulk tempurl formpost ratelimit crossdomain s3api s3token authtoken keystoneauth staticweb copy container-quotas account-quotas slo dlo versioned_writes symlink proxy-logging proxy-server";

/** Seconds; timers wait no longer than 2^31 ms. */
const MAX_INTERVAL = 2_000_000;

export const objectStoreSection = section("object-store", "Object store (swift)", {
  SWIFT_PIPELINE: key.text(
    DEFAULT_PIPELINE,
    "Names of the middleware every request passes, in order, ended by proxy-server. A middleware of your own is a file plugins/NAME.ts in the state directory, or the path in [filter:NAME] use = ... of proxy-server.conf.",
    { option: "proxy-server.conf/pipeline:main/pipeline" },
  ),
  SWIFT_HASH: key.text(
    "",
    "Suffix that goes into the placement of objects: with the ring it decides on which devices their copies are. It may be changed at any time.",
    { option: "swift.conf/swift-hash/swift_hash_path_suffix" },
  ),
  SWIFT_REPLICAS: key.int(
    1,
    "Copies of each large object, each on a device of its own (swift/d1, swift/d2, ...). Rings that were changed by hand (swift-ring-builder) decide themselves.",
    {
      min: 1,
      max: 10,
    },
  ),
  SWIFT_INLINE_SIZE: key.size(
    "64K",
    "Objects up to this size are kept in the database, larger ones as files. Small objects are written together, many in one sync.",
  ),
  SWIFT_EXPIRER_INTERVAL: key.int(300, "Seconds between removals of objects whose X-Delete-At has passed.", {
    min: 1,
    max: MAX_INTERVAL,
    option: "object-expirer.conf/object-expirer/interval",
  }),
  SWIFT_AUDIT_INTERVAL: key.int(86_400, "Seconds between audits, which read all data again.", {
    min: 1,
    max: MAX_INTERVAL,
    option: "object-server.conf/object-auditor/interval",
  }),
  SWIFT_AUDIT_RATE: key.size("10M", "Bytes a second that an audit reads.", {
    option: "object-server.conf/object-auditor/bytes_per_second",
  }),
  SWIFT_REAPER_INTERVAL: key.int(3600, "Seconds between removals of what was in deleted accounts.", {
    min: 1,
    max: MAX_INTERVAL,
    option: "account-server.conf/account-reaper/interval",
  }),
  SWIFT_SYNC_INTERVAL: key.int(300, "Seconds between rounds of container synchronisation.", {
    min: 1,
    max: MAX_INTERVAL,
    option: "container-server.conf/container-sync/interval",
  }),
  SWIFT_POLICY_NAME: key.text("Policy-0", "Name of the storage policy.", {
    option: "swift.conf/storage-policy:0/name",
  }),
});
