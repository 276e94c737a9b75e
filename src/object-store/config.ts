// The object store's settings. Authority: DevStack's lib/swift for names, swift.conf and proxy-server.conf for options.

import { key, section } from "../config/keys.ts";

/** DevStack's pipeline, with what it leaves out switched on. */
export const DEFAULT_PIPELINE =
  "catch_errors gatekeeper healthcheck proxy-logging cache listing_formats container_sync bulk tempurl formpost ratelimit crossdomain authtoken keystoneauth staticweb copy container-quotas account-quotas slo dlo versioned_writes symlink proxy-logging proxy-server";

export const objectStoreSection = section("object-store", "Object store (swift)", {
  SWIFT_PIPELINE: key.text(
    DEFAULT_PIPELINE,
    "Names of the middleware every request passes, in order, ended by proxy-server. A middleware of your own is a file plugins/NAME.ts in the state directory, or the path in [filter:NAME] use = ... of proxy-server.conf.",
    { option: "proxy-server.conf/pipeline:main/pipeline" },
  ),
  SWIFT_HASH: key.text(
    "",
    "Suffix that goes into the placement of objects on devices. Changing it later only changes where copies are looked for first.",
    { option: "swift.conf/swift-hash/swift_hash_path_suffix" },
  ),
  SWIFT_REPLICAS: key.int(
    1,
    "Copies of each large object, each on a device of its own (swift/d1, swift/d2, ...).",
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
    option: "object-expirer.conf/object-expirer/interval",
  }),
  SWIFT_SYNC_INTERVAL: key.int(300, "Seconds between rounds of container synchronisation.", {
    min: 1,
    option: "container-server.conf/container-sync/interval",
  }),
  SWIFT_POLICY_NAME: key.text("Policy-0", "Name of the storage policy.", {
    option: "swift.conf/storage-policy:0/name",
  }),
});
