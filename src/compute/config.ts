// The compute service's settings. Authority for options and defaults: nova.conf of Zed, and DevStack's variables.

import { key, section } from "../config/keys.ts";

export const novaSection = section("compute", "Compute (nova)", {
  COMPUTE_API_MAX_MICROVERSION: key.text(
    "2.93",
    "Highest microversion served, 2.1 to 2.93. A low one keeps the proxies that later versions removed (images, networks, floating IPs).",
  ),
  API_MAX_LIMIT: key.int(1000, "Most items in one page of any compute list.", {
    min: 1,
    option: "nova.conf/api/max_limit",
  }),
  ENABLE_INSTANCE_PASSWORD: key.bool("True", "Show adminPass in the answers of create, rebuild and rescue.", {
    option: "nova.conf/api/enable_instance_password",
  }),
  PASSWORD_LENGTH: key.int(12, "Length of generated administrator passwords of guests.", {
    min: 0,
    option: "nova.conf/DEFAULT/password_length",
  }),
  DEFAULT_AVAILABILITY_ZONE: key.text("nova", "Zone of hosts that are in no zone.", {
    option: "nova.conf/DEFAULT/default_availability_zone",
  }),
  DEFAULT_SCHEDULE_ZONE: key.text("", "Zone for servers that ask for none. Empty: any.", {
    option: "nova.conf/DEFAULT/default_schedule_zone",
  }),
  INTERNAL_SERVICE_AVAILABILITY_ZONE: key.text(
    "internal",
    "Zone shown for services other than nova-compute.",
    {
      option: "nova.conf/DEFAULT/internal_service_availability_zone",
    },
  ),
  RECLAIM_INSTANCE_INTERVAL: key.int(
    0,
    "Seconds a deleted server is kept and can be restored. 0: deleted at once.",
    { option: "nova.conf/DEFAULT/reclaim_instance_interval" },
  ),
  MAX_LOCAL_BLOCK_DEVICES: key.int(
    3,
    "Most local disks of a server. -1: no limit; 0: none, boot from volume only.",
    {
      min: -1,
      option: "nova.conf/DEFAULT/max_local_block_devices",
    },
  ),
  CROSS_AZ_ATTACH: key.bool("True", "Volumes of another availability zone may be attached.", {
    option: "nova.conf/cinder/cross_az_attach",
  }),
  ALLOW_RESIZE_TO_SAME_HOST: key.bool("True", "A resize may stay on the host it is on.", {
    option: "nova.conf/DEFAULT/allow_resize_to_same_host",
  }),
  RESIZE_CONFIRM_WINDOW: key.int(0, "Confirm resizes by themselves after this many seconds. 0: never.", {
    option: "nova.conf/DEFAULT/resize_confirm_window",
  }),
  DEFAULT_EPHEMERAL_FORMAT: key.text("", "File system of ephemeral disks. Empty: the driver's choice.", {
    option: "nova.conf/DEFAULT/default_ephemeral_format",
  }),
  INSTANCE_NAME_PREFIX: key.text("instance-", "How the hypervisor's names of guests begin."),
  MAX_ATTEMPTS: key.int(3, "How many hosts are tried for one server. 1: no second try.", {
    min: 1,
    option: "nova.conf/scheduler/max_attempts",
  }),
  SNAPSHOT_WITH_VOLUMES: key.bool(
    "True",
    "Snapshots of servers with attached volumes, as today. False: they are refused, as in the guides of 2013.",
  ),
  CONSOLE_TOKEN_TTL: key.int(600, "Seconds a console URL is good for.", {
    min: 1,
    option: "nova.conf/consoleauth/token_ttl",
  }),
  NOVNCPROXY_BASE_URL: key.text("", "Start of noVNC console URLs. Empty: http://HOST_IP:6080/vnc_lite.html", {
    option: "nova.conf/vnc/novncproxy_base_url",
  }),
  SERIALPROXY_BASE_URL: key.text("", "Start of serial console URLs. Empty: ws://HOST_IP:6083/", {
    option: "nova.conf/serial_console/base_url",
  }),
});

/** nova-compute's own. */
export const computeSection = section("compute-hosts", "Compute hosts (nova-compute)", {
  CPU_ALLOCATION_RATIO: key.float(16, "Virtual CPUs per physical CPU.", {
    option: "nova.conf/DEFAULT/cpu_allocation_ratio",
  }),
  RAM_ALLOCATION_RATIO: key.float(1.5, "Memory given out per memory there is.", {
    option: "nova.conf/DEFAULT/ram_allocation_ratio",
  }),
  DISK_ALLOCATION_RATIO: key.float(1, "Disk given out per disk there is.", {
    option: "nova.conf/DEFAULT/disk_allocation_ratio",
  }),
  RESERVED_HOST_MEMORY_MB: key.int(512, "Memory kept for the host itself, MB.", {
    option: "nova.conf/DEFAULT/reserved_host_memory_mb",
  }),
  RESERVED_HOST_DISK_MB: key.int(0, "Disk kept for the host itself, MB.", {
    option: "nova.conf/DEFAULT/reserved_host_disk_mb",
  }),
  RESERVED_HOST_CPUS: key.int(0, "CPUs kept for the host itself.", {
    option: "nova.conf/DEFAULT/reserved_host_cpus",
  }),
  DISCOVER_HOSTS_IN_CELLS_INTERVAL: key.int(
    0,
    "Seconds between searches for new compute hosts, which get servers only when they were found. 0: a host gets servers at once; -1: after nova-manage cell_v2 discover_hosts.",
    {
      min: -1,
      option: "nova.conf/scheduler/discover_hosts_in_cells_interval",
      // A misprint that guides carry on.
      formerOptions: ["nova.conf/scheduler/discover_hosts_in_cells_internal"],
    },
  ),
  SHUTDOWN_TIMEOUT: key.int(60, "Seconds a guest gets to shut down before its power is taken.", {
    option: "nova.conf/DEFAULT/shutdown_timeout",
  }),
  REBOOT_TIMEOUT: key.int(120, "Seconds a guest gets to obey a soft reboot before it is reset.", {
    option: "nova.conf/libvirt/wait_soft_reboot_seconds",
  }),
  RESUME_GUESTS_STATE_ON_HOST_BOOT: key.bool(
    "False",
    "Start the guests that ran before the host was restarted.",
    {
      option: "nova.conf/DEFAULT/resume_guests_state_on_host_boot",
    },
  ),
  SYNC_POWER_STATE_INTERVAL: key.int(
    600,
    "Seconds between comparisons of guests with the database. 0: never.",
    {
      option: "nova.conf/DEFAULT/sync_power_state_interval",
    },
  ),
  UPDATE_RESOURCES_INTERVAL: key.int(60, "Seconds between reports of a host's resources.", {
    min: 1,
    option: "nova.conf/DEFAULT/update_resources_interval",
  }),
  VNC_ENABLED: key.bool("True", "Guests have a screen that can be looked at.", {
    option: "nova.conf/vnc/enabled",
    formerOptions: ["nova.conf/DEFAULT/vnc_enabled"],
  }),
  VNCSERVER_LISTEN: key.text("127.0.0.1", "Address on which the guests' screens are served.", {
    option: "nova.conf/vnc/server_listen",
    formerOptions: ["nova.conf/DEFAULT/vncserver_listen"],
  }),
  VNCSERVER_PROXYCLIENT_ADDRESS: key.text(
    "",
    "Address at which the console proxy looks for the guests' screens; with a wrong one the page opens and has no picture. Empty: where they are served.",
    {
      option: "nova.conf/vnc/server_proxyclient_address",
      formerOptions: ["nova.conf/DEFAULT/vncserver_proxyclient_address"],
    },
  ),
  FORCE_CONFIG_DRIVE: key.bool("False", "Give every server a config drive.", {
    option: "nova.conf/DEFAULT/force_config_drive",
  }),
  CONFIG_DRIVE_FORMAT: key.choice(["iso9660", "vfat"], "iso9660", "Kind of config drives.", {
    option: "nova.conf/DEFAULT/config_drive_format",
  }),
});

/** The simulated hosts. */
export const fakeSection = section("fake-hosts", "Simulated hosts (fake driver)", {
  NUMBER_FAKE_NOVA_COMPUTE: key.int(
    1,
    "Simulated compute hosts: one has the name of this host, more are c01, c02, ...",
    {
      min: 1,
      max: 100_000,
    },
  ),
  FAKE_HOSTS: key.list(
    "",
    "Simulated hosts by name and size, NAME:VCPUS:MEMORY_MB[:DISK_GB], separated by blanks: doc-01:8:32768 ops-01:16:65536. Overrides NUMBER_FAKE_NOVA_COMPUTE.",
  ),
  FAKE_HOST_VCPUS: key.int(16, "CPUs of a simulated host.", { min: 1 }),
  FAKE_HOST_MEMORY_MB: key.int(65_536, "Memory of a simulated host, MB.", { min: 1 }),
  FAKE_HOST_DISK_GB: key.int(2000, "Disk of a simulated host, GB.", { min: 1 }),
  FAKE_LATENCY_MS: key.int(0, "How long every operation of a simulated host takes, milliseconds."),
  FAKE_FAILURES: key.list(
    "",
    "Operations that fail, OPERATION[@HOST][:TIMES], separated by blanks: spawn@c01 or reboot:2. For drills.",
  ),
});
