// tempest.conf for one of our clouds. Features are switched on wherever this cloud has them.

export interface TempestFacts {
  authUrl: string;
  adminPassword: string;
  imageRef: string;
  imageRefAlt: string;
  /** A URL with a raw image. */
  webImage: string;
  publicNetworkId: string;
  /** Extension aliases as the Network API lists them. */
  networkExtensions: string[];
  /** What `/info` of the object store lists. */
  objectStoreApis: string[];
  hosts: number;
  /** The images' own tests are run: those of v1 as well. */
  imageV1: boolean;
  volumeBackends: readonly string[];
  /** Servers are real: Tempest logs in to them. Absent where they are simulated. */
  guest?: GuestFacts;
}

export interface GuestFacts {
  user: string;
  password: string;
  /** The image's file on this machine. */
  imageFile: string;
}

/** What DevStack sets for Tempest (lib/keystone); its lock-out lasts longer. */
export const COMPLIANCE = { lockoutAttempts: 2, lockoutSeconds: 5, lastPasswords: 2 };

export function tempestConf(facts: TempestFacts): string {
  const sections: Record<string, Record<string, string | number | boolean>> = {
    DEFAULT: { debug: false, log_file: "tempest.log" },
    oslo_concurrency: { lock_path: "tempest_lock" },
    auth: {
      use_dynamic_credentials: true,
      create_isolated_networks: true,
      tempest_roles: "member",
      admin_username: "admin",
      admin_password: facts.adminPassword,
      admin_project_name: "admin",
      admin_domain_name: "Default",
    },
    identity: {
      uri: facts.authUrl.replace(/v3$/, "v2.0"),
      uri_v3: facts.authUrl,
      auth_version: "v3",
      region: "RegionOne",
      v3_endpoint_type: "public",
      v2_admin_endpoint_type: "adminURL",
      user_lockout_failure_attempts: COMPLIANCE.lockoutAttempts,
      user_lockout_duration: COMPLIANCE.lockoutSeconds,
      user_unique_last_password_count: COMPLIANCE.lastPasswords,
    },
    "identity-feature-enabled": {
      api_v2: true,
      api_v2_admin: true,
      api_v3: true,
      trust: true,
      project_tags: true,
      application_credentials: true,
      access_rules: true,
      security_compliance: true,
    },
    service_available: { nova: true, neutron: true, glance: true, cinder: true, swift: true, horizon: false },
    image: {
      build_timeout: 90,
      http_image: facts.webImage,
      image_caching_enabled: true,
      // There is one worker, and it knows what was staged: it stands in for the other.
      alternate_image_endpoint: "image",
    },
    "image-feature-enabled": {
      // With it Tempest's tests of servers speak v1 too, which they cannot.
      api_v1: facts.imageV1,
      api_v2: true,
      import_image: true,
      os_glance_reserved: true,
      manage_locations: true,
    },
    network: {
      project_network_cidr: "10.100.0.0/16",
      project_network_mask_bits: 26,
      public_network_id: facts.publicNetworkId,
      floating_network_name: "public",
      build_interval: 1,
      build_timeout: 90,
    },
    "network-feature-enabled": {
      api_extensions: facts.networkExtensions.join(","),
      ipv6: true,
      ipv6_subnet_attributes: true,
      port_security: facts.networkExtensions.includes("port-security"),
      floating_ips: true,
      port_admin_state_change: true,
    },
    compute: {
      image_ref: facts.imageRef,
      image_ref_alt: facts.imageRefAlt,
      flavor_ref: "1",
      flavor_ref_alt: "2",
      min_microversion: "2.1",
      max_microversion: "2.93",
      min_compute_nodes: facts.hosts,
      fixed_network_name: "private",
      build_timeout: facts.guest ? 300 : 90,
      ready_wait: 0,
      build_interval: facts.guest ? 1 : 0,
    },
    "compute-feature-enabled": {
      resize: true,
      suspend: true,
      pause: true,
      shelve: true,
      shelve_migrate: true,
      snapshot: true,
      console_output: true,
      config_drive: true,
      cold_migration: true,
      live_migration: true,
      block_migration_for_live_migration: true,
      block_migrate_cinder_iscsi: true,
      live_migrate_back_and_forth: true,
      volume_backed_live_migration: true,
      stable_rescue: true,
      personality: true,
      change_password: true,
      vnc_console: true,
      // serial_console stays off: its test sends text as if Python 2 had sent it, and fails before anything leaves it.
      swap_volume: true,
      // volume_multiattach stays off: those tests make their volumes with a parameter that Cinder removed in Zed.
      hostname_fqdn_sanitization: true,
      scheduler_enabled_filters: "all",
    },
    ...validation(facts.guest),
    volume: {
      catalog_type: "volumev3",
      min_microversion: "3.0",
      max_microversion: "3.70",
      volume_size: 1,
      storage_protocol: "file",
      backend_names: facts.volumeBackends.join(","),
      manage_volume_ref: "source-name,volume-%s",
      manage_snapshot_ref: "source-name,snapshot-%s",
      build_timeout: 90,
      build_interval: 1,
      disk_format: "raw",
      container_format: "bare",
    },
    "volume-feature-enabled": {
      api_v3: true,
      snapshot: true,
      clone: true,
      backup: true,
      multi_backend: true,
      manage_volume: true,
      manage_snapshot: true,
      extend_attached_volume: true,
      volume_image_dep_tests: true,
    },
    "object-storage": { operator_role: "member", reseller_admin_role: "ResellerAdmin" },
    "object-storage-feature-enabled": {
      discoverability: true,
      discoverable_apis: facts.objectStoreApis.join(","),
    },
  };
  return Object.entries(sections)
    .map(([name, options]) => {
      const rows = Object.entries(options).map(([option, value]) => `${option} = ${value}`);
      return `[${name}]\n${rows.join("\n")}\n`;
    })
    .join("\n");
}

function validation(
  guest: GuestFacts | undefined,
): Record<string, Record<string, string | number | boolean>> {
  if (!guest) return { validation: { run_validation: false } };
  return {
    validation: {
      run_validation: true,
      image_ssh_user: guest.user,
      image_ssh_password: guest.password,
      connect_timeout: 30,
    },
    scenario: { img_file: guest.imageFile, img_disk_format: "qcow2", dhcp_client: "udhcpc" },
  };
}
