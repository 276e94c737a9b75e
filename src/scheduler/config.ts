// The scheduler's settings. Authority: nova/conf/scheduler.py of Zed.

import { key, section } from "../config/keys.ts";

const weight = (name: string, value: number, what: string) =>
  key.float(
    value,
    `How much ${what} counts when hosts are compared; negative: the other way round; 0: not at all.`,
    {
      min: Number.NEGATIVE_INFINITY,
      option: `nova.conf/filter_scheduler/${name}_weight_multiplier`,
    },
  );

export const schedulerSection = section("scheduler", "Scheduler (nova-scheduler)", {
  SCHEDULER_DRIVER: key.text(
    "filter_scheduler",
    "Who chooses hosts: filter_scheduler, chance_scheduler (any host that is up), simple_scheduler (fewest CPUs in use), or a file of your own.",
    {
      option: "nova.conf/DEFAULT/compute_scheduler_driver",
      formerOptions: ["nova.conf/DEFAULT/scheduler_driver", "nova.conf/scheduler/driver"],
    },
  ),
  SCHEDULER_FILTERS: key.list(
    "ComputeFilter,AvailabilityZoneFilter,ComputeCapabilitiesFilter,ImagePropertiesFilter,ServerGroupAntiAffinityFilter,ServerGroupAffinityFilter,SameHostFilter,DifferentHostFilter",
    "Filters, in the order they are asked: Nova's names, or files of your own. The default is that of DevStack.",
    {
      option: "nova.conf/filter_scheduler/enabled_filters",
      formerOptions: ["nova.conf/DEFAULT/scheduler_default_filters"],
    },
  ),
  SCHEDULER_WEIGHERS: key.list(
    "RAMWeigher,CPUWeigher,DiskWeigher,IoOpsWeigher,MetricsWeigher,ServerGroupSoftAffinityWeigher,ServerGroupSoftAntiAffinityWeigher,BuildFailureWeigher",
    "Weighers that are asked: Nova's names, all_weighers, or files of your own.",
    {
      option: "nova.conf/filter_scheduler/weight_classes",
      formerOptions: ["nova.conf/DEFAULT/scheduler_weight_classes"],
    },
  ),
  HOST_SUBSET_SIZE: key.int(1, "One of this many best hosts is taken at random.", {
    min: 1,
    option: "nova.conf/filter_scheduler/host_subset_size",
  }),
  SHUFFLE_BEST_SAME_WEIGHED_HOSTS: key.bool("False", "Take any of the hosts that share the best weight.", {
    option: "nova.conf/filter_scheduler/shuffle_best_same_weighed_hosts",
  }),
  RAM_WEIGHT_MULTIPLIER: weight("ram", 1, "free memory"),
  CPU_WEIGHT_MULTIPLIER: weight("cpu", 1, "free CPUs"),
  DISK_WEIGHT_MULTIPLIER: weight("disk", 1, "free disk"),
  IO_OPS_WEIGHT_MULTIPLIER: weight("io_ops", -1, "the number of servers with a task"),
  SOFT_AFFINITY_WEIGHT_MULTIPLIER: weight("soft_affinity", 1, "keeping a soft-affinity group together"),
  SOFT_ANTI_AFFINITY_WEIGHT_MULTIPLIER: weight(
    "soft_anti_affinity",
    1,
    "keeping a soft-anti-affinity group apart",
  ),
  BUILD_FAILURE_WEIGHT_MULTIPLIER: weight("build_failure", 1_000_000, "recent failed builds, negatively,"),
  PCI_WEIGHT_MULTIPLIER: weight("pci", 1, "keeping hosts with PCI devices free"),
  CROSS_CELL_MOVE_WEIGHT_MULTIPLIER: weight("cross_cell_move", 1_000_000, "staying in a cell"),
  METRICS_WEIGHT_MULTIPLIER: key.float(1, "How much the metrics of METRICS_WEIGHT_SETTING count.", {
    min: Number.NEGATIVE_INFINITY,
    option: "nova.conf/metrics/weight_multiplier",
  }),
  METRICS_WEIGHT_SETTING: key.list("", "Metrics that count and how much each does: name1=1.0, name2=-1.0.", {
    option: "nova.conf/metrics/weight_setting",
  }),
  MAX_IO_OPS_PER_HOST: key.int(8, "IoOpsFilter: most servers with a task on one host.", {
    option: "nova.conf/filter_scheduler/max_io_ops_per_host",
  }),
  MAX_INSTANCES_PER_HOST: key.int(50, "NumInstancesFilter: most servers on one host.", {
    min: 1,
    option: "nova.conf/filter_scheduler/max_instances_per_host",
  }),
  ISOLATED_HOSTS: key.list("", "IsolatedHostsFilter: hosts for ISOLATED_IMAGES.", {
    option: "nova.conf/filter_scheduler/isolated_hosts",
  }),
  ISOLATED_IMAGES: key.list("", "IsolatedHostsFilter: images that run on ISOLATED_HOSTS only.", {
    option: "nova.conf/filter_scheduler/isolated_images",
  }),
  RESTRICT_ISOLATED_HOSTS_TO_ISOLATED_IMAGES: key.bool(
    "True",
    "ISOLATED_HOSTS run nothing but ISOLATED_IMAGES.",
    {
      option: "nova.conf/filter_scheduler/restrict_isolated_hosts_to_isolated_images",
    },
  ),
});
