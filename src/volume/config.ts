// The block storage service's settings. Authority for options: cinder.conf of Zed and DevStack's lib/cinder.

import { key, section } from "../config/keys.ts";

const cinder = (option: string) => ({ option: `cinder.conf/${option}` });
const quota = (what: string) => ({ min: -1, ...cinder(`DEFAULT/quota_${what}`) });

/** The API's. */
export const volumeSection = section("volume", "Block storage (cinder)", {
  CINDER_API_MAX_MICROVERSION: key.text(
    "3.70",
    "Highest microversion of the volume API that is offered, from 3.0 to 3.70.",
  ),
  CINDER_DEFAULT_VOLUME_TYPE: key.text(
    "__DEFAULT__",
    "Type of volumes for which none is named. Made at the first start.",
    cinder("DEFAULT/default_volume_type"),
  ),
  CINDER_AVAILABILITY_ZONE: key.text(
    "nova",
    "Availability zone of this host's back ends.",
    cinder("DEFAULT/storage_availability_zone"),
  ),
  CINDER_DEFAULT_AVAILABILITY_ZONE: key.text(
    "",
    "Zone of volumes for which none is named. Empty: CINDER_AVAILABILITY_ZONE.",
    cinder("DEFAULT/default_availability_zone"),
  ),
  CINDER_ALLOW_AVAILABILITY_ZONE_FALLBACK: key.bool(
    "False",
    "Take the default zone instead of refusing one that does not exist.",
    cinder("DEFAULT/allow_availability_zone_fallback"),
  ),
  CINDER_CLONED_VOLUME_SAME_AZ: key.bool(
    "True",
    "A volume made from another or from a snapshot must be in the same zone.",
    cinder("DEFAULT/cloned_volume_same_az"),
  ),
  CINDER_OSAPI_MAX_LIMIT: key.int(1000, "Longest page of a list.", {
    min: 1,
    ...cinder("DEFAULT/osapi_max_limit"),
  }),
  CINDER_ENABLE_FORCE_UPLOAD: key.bool(
    "False",
    "Let an attached volume be uploaded as an image when asked with force.",
    cinder("DEFAULT/enable_force_upload"),
  ),
  CINDER_NO_SNAPSHOT_GB_QUOTA: key.bool(
    "False",
    "Do not count the size of snapshots against the gigabytes quota.",
    cinder("DEFAULT/no_snapshot_gb_quota"),
  ),
  CINDER_MESSAGE_TTL: key.int(
    2_592_000,
    "Seconds after which a user message disappears.",
    cinder("DEFAULT/message_ttl"),
  ),
  CINDER_QUOTA_VOLUMES: key.int(10, "Volumes a project may have. -1: no limit.", quota("volumes")),
  CINDER_QUOTA_SNAPSHOTS: key.int(10, "Snapshots a project may have. -1: no limit.", quota("snapshots")),
  CINDER_QUOTA_GIGABYTES: key.int(
    1000,
    "GB of volumes and snapshots a project may have. -1: no limit.",
    quota("gigabytes"),
  ),
  CINDER_QUOTA_BACKUPS: key.int(10, "Backups a project may have. -1: no limit.", quota("backups")),
  CINDER_QUOTA_BACKUP_GIGABYTES: key.int(
    1000,
    "GB of backups a project may have. -1: no limit.",
    quota("backup_gigabytes"),
  ),
  CINDER_QUOTA_GROUPS: key.int(10, "Volume groups a project may have. -1: no limit.", quota("groups")),
  CINDER_PER_VOLUME_SIZE_LIMIT: key.int(-1, "Largest volume, GB. -1: no limit.", {
    min: -1,
    ...cinder("DEFAULT/per_volume_size_limit"),
  }),
  CINDER_RESERVATION_EXPIRE: key.int(
    86_400,
    "Seconds after which quota held for an unfinished operation is given back.",
    cinder("DEFAULT/reservation_expire"),
  ),
  CINDER_REPORT_INTERVAL: key.int(10, "Seconds between two signs of life of a service.", {
    min: 1,
    ...cinder("DEFAULT/report_interval"),
  }),
  CINDER_SERVICE_DOWN_TIME: key.int(60, "Seconds without a sign of life after which a service is down.", {
    min: 1,
    ...cinder("DEFAULT/service_down_time"),
  }),
});

/** The scheduler's. */
export const volumeSchedulerSection = section("volume-scheduler", "Volume scheduler (cinder-scheduler)", {
  CINDER_SCHEDULER_DEFAULT_FILTERS: key.list(
    "AvailabilityZoneFilter,CapacityFilter,CapabilitiesFilter",
    "Filters a back end has to pass, in this order: AvailabilityZoneFilter, CapacityFilter, CapabilitiesFilter, DifferentBackendFilter, SameBackendFilter, InstanceLocalityFilter, JsonFilter.",
    cinder("DEFAULT/scheduler_default_filters"),
  ),
  CINDER_SCHEDULER_DEFAULT_WEIGHERS: key.list(
    "CapacityWeigher",
    "Weighers that rank back ends: CapacityWeigher, AllocatedCapacityWeigher, VolumeNumberWeigher, ChanceWeigher.",
    cinder("DEFAULT/scheduler_default_weighers"),
  ),
  CINDER_CAPACITY_WEIGHT_MULTIPLIER: key.text(
    "1.0",
    "Factor for free capacity. Negative: fill one back end before the next.",
    cinder("DEFAULT/capacity_weight_multiplier"),
  ),
  CINDER_ALLOCATED_CAPACITY_WEIGHT_MULTIPLIER: key.text(
    "-1.0",
    "Factor for allocated capacity. Positive: fill one back end before the next.",
    cinder("DEFAULT/allocated_capacity_weight_multiplier"),
  ),
  CINDER_VOLUME_NUMBER_MULTIPLIER: key.text(
    "-1.0",
    "Factor for the number of volumes. Positive: fill one back end before the next.",
    cinder("DEFAULT/volume_number_multiplier"),
  ),
  CINDER_SCHEDULER_MAX_ATTEMPTS: key.int(3, "Back ends that are tried for a volume.", {
    min: 1,
    ...cinder("DEFAULT/scheduler_max_attempts"),
  }),
});

/** The back ends'. */
export const volumeBackendSection = section("volume-backend", "Volume back ends (cinder-volume)", {
  CINDER_DRIVER: key.choice(
    ["auto", "file", "lvm", "fake"],
    "auto",
    "Where volumes lie when CINDER_ENABLED_BACKENDS names no back ends. file: files in the state directory; lvm: logical volumes of VOLUME_GROUP; fake: nowhere, they are simulated; auto: lvm when the volume group exists, else file.",
  ),
  CINDER_ENABLED_BACKENDS: key.list(
    "",
    "Several back ends, as TYPE:NAME separated by commas, TYPE being file, lvm or fake: lvm:lvmdriver-1,file:slow. Empty: one, of CINDER_DRIVER.",
  ),
  VOLUME_GROUP: key.text(
    "cinder-volumes",
    "LVM volume group of the lvm driver.",
    cinder("DEFAULT/volume_group"),
  ),
  VOLUME_BACKING_FILE_SIZE: key.size("20480M", "Size of the pool of each back end that is not LVM."),
  CINDER_FILE_FORMAT: key.choice(
    ["auto", "qcow2", "raw"],
    "auto",
    "Format of the file driver's volumes. qcow2: snapshots and clones cost nothing; raw: sparse files, copied. auto: qcow2 when qemu-img is installed.",
  ),
  CINDER_MAX_OVER_SUBSCRIPTION_RATIO: key.text(
    "20.0",
    "How much more than the pool's size thin volumes may add up to; a number from 1, or auto.",
    cinder("DEFAULT/max_over_subscription_ratio"),
  ),
  CINDER_RESERVED_PERCENTAGE: key.int(0, "Part of a pool that is never given out, per cent.", {
    max: 100,
    ...cinder("DEFAULT/reserved_percentage"),
  }),
  CINDER_LVM_TYPE: key.choice(
    ["auto", "default", "thin"],
    "auto",
    "Kind of logical volumes: default (thick), thin, or auto: thin when the group has a pool for it or none at all yet.",
    cinder("DEFAULT/lvm_type"),
  ),
  CINDER_TARGET_HELPER: key.choice(
    ["none", "tgtadm"],
    "none",
    "How hosts elsewhere reach attached volumes. none: not at all, servers of this host use the files and devices themselves; tgtadm: over iSCSI, by the daemon of Debian's package tgt. Exports raw data only, so CINDER_FILE_FORMAT auto then means raw.",
    cinder("DEFAULT/target_helper"),
  ),
  CINDER_TARGET_IP_ADDRESS: key.text("", "Address that volumes are exported at. Empty: HOST_IP.", {
    ...cinder("DEFAULT/target_ip_address"),
    formerOptions: ["cinder.conf/DEFAULT/iscsi_ip_address"],
  }),
  CINDER_TARGET_PORT: key.int(3260, "Port that volumes are exported at.", {
    min: 1,
    max: 65_535,
    ...cinder("DEFAULT/target_port"),
    formerOptions: ["cinder.conf/DEFAULT/iscsi_port"],
  }),
  CINDER_TARGET_PREFIX: key.text(
    "iqn.2010-10.org.openstack:",
    "What the names of exported volumes begin with.",
    cinder("DEFAULT/target_prefix"),
  ),
  CINDER_REPORT_DISCARD_SUPPORTED: key.bool(
    "False",
    "Tell hosts that exported volumes can discard blocks.",
    cinder("DEFAULT/report_discard_supported"),
  ),
  CINDER_VOLUME_CLEAR: key.choice(
    ["zero", "none"],
    "zero",
    "What is done with a thick logical volume before it is removed.",
    cinder("DEFAULT/volume_clear"),
  ),
});

/** The backup service's. */
export const volumeBackupSection = section("volume-backup", "Volume backups (cinder-backup)", {
  CINDER_BACKUP_SWIFT_CONTAINER: key.text(
    "volumebackups",
    "Container of the project's account that backups go to when none is named.",
    cinder("DEFAULT/backup_swift_container"),
  ),
  CINDER_BACKUP_SWIFT_OBJECT_SIZE: key.int(
    52_428_800,
    "Bytes of a volume in one object. A multiple of CINDER_BACKUP_SWIFT_BLOCK_SIZE.",
    { min: 65_536, ...cinder("DEFAULT/backup_swift_object_size") },
  ),
  CINDER_BACKUP_SWIFT_BLOCK_SIZE: key.int(
    32_768,
    "Bytes by which changes are tracked for incremental backups.",
    { min: 512, ...cinder("DEFAULT/backup_swift_block_size") },
  ),
  CINDER_BACKUP_COMPRESSION_ALGORITHM: key.choice(
    ["zlib", "zstd", "none"],
    "zlib",
    "How the objects of backups are compressed.",
    cinder("DEFAULT/backup_compression_algorithm"),
  ),
});

/** A number written as text, as the multipliers are: they may be negative. @throws Error */
export function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() === "" || Number.isNaN(value)) throw new Error(`${name} must be a number, not "${text}"`);
  return value;
}
