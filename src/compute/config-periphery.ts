// Settings for flavors, quotas, services and the metadata service. Authority for options and defaults: nova.conf of Zed,
// and of Folsom for the network's quotas.

import { key, section } from "../config/keys.ts";

const quota = (name: string, value: number, help: string) =>
  key.int(value, `${help} -1: no limit.`, { min: -1, option: `nova.conf/DEFAULT/quota_${name}` });

export const quotaSection = section("compute-quotas", "Compute quotas", {
  QUOTA_INSTANCES: quota("instances", 10, "Servers per project."),
  QUOTA_CORES: quota("cores", 20, "Virtual CPUs per project."),
  QUOTA_RAM: quota("ram", 51_200, "Memory per project, MB."),
  QUOTA_METADATA_ITEMS: quota("metadata_items", 128, "Metadata items per server."),
  QUOTA_INJECTED_FILES: quota("injected_files", 5, "Files that may be put into a server when it is created."),
  QUOTA_INJECTED_FILE_CONTENT_BYTES: quota(
    "injected_file_content_bytes",
    10_240,
    "Bytes in each of these files.",
  ),
  QUOTA_INJECTED_FILE_PATH_BYTES: quota(
    "injected_file_path_bytes",
    255,
    "Bytes in the path of each of these files.",
  ),
  QUOTA_KEY_PAIRS: quota("key_pairs", 100, "Key pairs per user."),
  QUOTA_SERVER_GROUPS: quota("server_groups", 10, "Server groups per project."),
  QUOTA_SERVER_GROUP_MEMBERS: quota("server_group_members", 10, "Servers per server group."),
  QUOTA_FLOATING_IPS: quota(
    "floating_ips",
    10,
    "Floating addresses per project, as old clients are shown it.",
  ),
  QUOTA_FIXED_IPS: quota("fixed_ips", -1, "Fixed addresses per project, as old clients are shown it."),
  QUOTA_SECURITY_GROUPS: quota(
    "security_groups",
    10,
    "Security groups per project, as old clients are shown it.",
  ),
  QUOTA_SECURITY_GROUP_RULES: quota(
    "security_group_rules",
    20,
    "Rules per security group, as old clients are shown it.",
  ),
  QUOTA_ACCEPT_ANY_PROJECT: key.bool(
    "False",
    "Answer for projects that do not exist, with the defaults, as the programs of 2013 did.",
  ),
});

export const flavorSection = section("compute-flavors", "Flavors", {
  FLAVOR_PRESET: key.choice(
    ["default", "opsguide"],
    "default",
    "Disks of the flavors a new cloud starts with. default: 1, 20, 40, 80, 160 GB; opsguide: small root disks and ephemeral ones, as in the operations guide of 2013.",
  ),
});

export const serviceSection = section("compute-services", "Service reports", {
  REPORT_INTERVAL: key.int(10, "Seconds between signs of life of a service.", {
    min: 1,
    option: "nova.conf/DEFAULT/report_interval",
  }),
  SERVICE_DOWN_TIME: key.int(60, "Seconds without a sign of life after which a service counts as down.", {
    min: 1,
    option: "nova.conf/DEFAULT/service_down_time",
  }),
});

export const metadataSection = section("metadata", "Metadata service", {
  NEUTRON_METADATA_PROXY_SHARED_SECRET: key.text(
    "",
    "Secret with which a metadata proxy signs the server's id. Empty: generated.",
    { option: "nova.conf/neutron/metadata_proxy_shared_secret" },
  ),
  SERVICE_METADATA_PROXY: key.bool(
    "True",
    "Accept calls of a metadata proxy, which name the server by signed headers. Others are known by their address.",
    { option: "nova.conf/neutron/service_metadata_proxy" },
  ),
  // The network service has the same setting.
  DHCP_DOMAIN: key.text("novalocal", "Domain of the guests.", { option: "nova.conf/DEFAULT/dhcp_domain" }),
  FLAT_INJECTED: key.bool(
    "False",
    "Tell guests on networks without DHCP their addresses in a file for /etc/network/interfaces.",
    { option: "nova.conf/DEFAULT/flat_injected" },
  ),
  CONFIG_DRIVE_SKIP_VERSIONS: key.list(
    "1.0 2007-01-19 2007-03-01 2007-08-29 2007-10-10 2007-12-15 2008-02-01 2008-09-01",
    "EC2 versions that are left out of config drives.",
    { option: "nova.conf/api/config_drive_skip_versions" },
  ),
  CONFIG_DRIVE_INJECT_PASSWORD: key.bool(
    "True",
    "Write the administrator's password of a new server on its config drive. The guides of 2013 have False.",
    { option: "nova.conf/DEFAULT/config_drive_inject_password" },
  ),
  VENDORDATA_JSONFILE_PATH: key.text(
    "",
    "A JSON file whose content is given to every guest as vendor_data.json.",
    { option: "nova.conf/api/vendordata_jsonfile_path" },
  ),
});
