// The image service's settings. Authority for options: glance-api.conf of Zed.

import { key, section } from "../config/keys.ts";

const api = (option: string) => ({ option: `glance-api.conf/${option}` });

export const imageSection = section("image", "Images (glance)", {
  IMAGE_URLS: key.list(
    "",
    "Images to register at the first start: file:// or http(s):// addresses, separated by commas. Fetched in the background.",
  ),
  GUEST_IMAGE_DIR: key.text(
    "",
    "Folder with a built guest image and its manifest.json. Empty: build/guest beside the program, or guest/ in the state directory.",
  ),
  GLANCE_ENABLED_BACKENDS: key.text(
    "file:file",
    "Stores as NAME:TYPE, separated by commas. Type file keeps data in the state directory, swift in this cloud's object store; type http is read-only and allows http(s) locations.",
    api("DEFAULT/enabled_backends"),
  ),
  GLANCE_DEFAULT_BACKEND: key.text(
    "",
    "The store that takes uploads. Empty: the first one that can.",
    api("glance_store/default_backend"),
  ),
  GLANCE_SWIFT_STORE_CONTAINER: key.text(
    "glance",
    "Container of the service project for the data of stores of type swift.",
    api("glance_store/swift_store_container"),
  ),
  GLANCE_SWIFT_STORE_LARGE_OBJECT_SIZE: key.size(
    "5G",
    "Image data that is larger, or of a size not known before, is kept in segments. At most 5G.",
    api("glance_store/swift_store_large_object_size"),
  ),
  GLANCE_SWIFT_STORE_LARGE_OBJECT_CHUNK_SIZE: key.size(
    "200M",
    "Size of a segment.",
    api("glance_store/swift_store_large_object_chunk_size"),
  ),
  GLANCE_ENABLED_IMPORT_METHODS: key.text(
    "glance-direct,web-download,copy-image",
    "Import methods on offer: glance-direct, web-download, copy-image, glance-download. Empty: none.",
    api("DEFAULT/enabled_import_methods"),
  ),
  GLANCE_V1: key.bool(
    "False",
    "Serve version 1 of the API too (`is_public`, `copy_from`, metadata in headers), and show the registry's window g-reg.",
    api("DEFAULT/enable_v1_api"),
  ),
  GLANCE_PROPERTY_PROTECTION_FILE: key.text(
    "",
    "A file that says who may create, read, update and delete which custom properties. Empty: everybody may.",
    api("DEFAULT/property_protection_file"),
  ),
  GLANCE_PROPERTY_PROTECTION_RULE_FORMAT: key.text(
    "roles",
    "What that file names: roles or policies.",
    api("DEFAULT/property_protection_rule_format"),
  ),
  GLANCE_IMAGE_CACHE: key.bool(
    "True",
    "Serve the cache API (/v2/cache). Copies of data that lies elsewhere are kept on this host in any case.",
  ),
  GLANCE_IMAGE_CACHE_MAX_SIZE: key.size(
    "10G",
    "Most the copies in the cache may take; the least recently used go first.",
    api("DEFAULT/image_cache_max_size"),
  ),
  GLANCE_IMPORT_ALLOWED_SCHEMES: key.text(
    "http,https",
    "URL schemes web-download may use. Empty: all but GLANCE_IMPORT_DISALLOWED_SCHEMES.",
    api("import_filtering_opts/allowed_schemes"),
  ),
  GLANCE_IMPORT_DISALLOWED_SCHEMES: key.text(
    "",
    "URL schemes web-download may not use; ignored when there is a list of allowed ones.",
    api("import_filtering_opts/disallowed_schemes"),
  ),
  GLANCE_IMPORT_ALLOWED_HOSTS: key.text(
    "",
    "Hosts web-download may reach. A host named here may be a loopback or link-local address, which are refused otherwise. Empty: all others.",
    api("import_filtering_opts/allowed_hosts"),
  ),
  GLANCE_IMPORT_DISALLOWED_HOSTS: key.text(
    "",
    "Hosts web-download may not reach; ignored when there is a list of allowed ones.",
    api("import_filtering_opts/disallowed_hosts"),
  ),
  GLANCE_IMPORT_ALLOWED_PORTS: key.text(
    "80,443",
    "TCP ports web-download may use. Empty: all but GLANCE_IMPORT_DISALLOWED_PORTS.",
    api("import_filtering_opts/allowed_ports"),
  ),
  GLANCE_IMPORT_DISALLOWED_PORTS: key.text(
    "",
    "TCP ports web-download may not use; ignored when there is a list of allowed ones.",
    api("import_filtering_opts/disallowed_ports"),
  ),
  GLANCE_IMAGE_SIZE_CAP: key.size("1T", "Largest image accepted.", api("DEFAULT/image_size_cap")),
  GLANCE_USER_STORAGE_QUOTA: key.size(
    "0",
    "Most image data a project may keep, over all stores. 0: no limit.",
    api("DEFAULT/user_storage_quota"),
  ),
  GLANCE_USE_KEYSTONE_LIMITS: key.bool(
    "False",
    "Hold projects to the limits registered with the identity service (image_size_total and image_stage_total in MiB, image_count_total, image_count_uploading) and not to GLANCE_USER_STORAGE_QUOTA.",
    api("DEFAULT/use_keystone_limits"),
  ),
  GLANCE_IMAGE_PROPERTY_QUOTA: key.int(128, "Custom properties an image may have. -1: no limit.", {
    min: -1,
    ...api("DEFAULT/image_property_quota"),
  }),
  GLANCE_IMAGE_TAG_QUOTA: key.int(128, "Tags an image may have. -1: no limit.", {
    min: -1,
    ...api("DEFAULT/image_tag_quota"),
  }),
  GLANCE_IMAGE_MEMBER_QUOTA: key.int(128, "Projects an image may be shared with. -1: no limit.", {
    min: -1,
    ...api("DEFAULT/image_member_quota"),
  }),
  GLANCE_IMAGE_LOCATION_QUOTA: key.int(10, "Locations an image may have. -1: no limit.", {
    min: -1,
    ...api("DEFAULT/image_location_quota"),
  }),
  GLANCE_LIMIT_PARAM_DEFAULT: key.int(25, "Length of a page when the client names no limit.", {
    min: 1,
    ...api("DEFAULT/limit_param_default"),
  }),
  GLANCE_API_LIMIT_MAX: key.int(1000, "Longest page a client may ask for.", {
    min: 1,
    ...api("DEFAULT/api_limit_max"),
  }),
  GLANCE_SHOW_IMAGE_DIRECT_URL: key.bool(
    "False",
    "Show where the data lies as direct_url.",
    api("DEFAULT/show_image_direct_url"),
  ),
  GLANCE_SHOW_MULTIPLE_LOCATIONS: key.bool(
    "False",
    "Show and accept locations.",
    api("DEFAULT/show_multiple_locations"),
  ),
  GLANCE_CONTAINER_FORMATS: key.list(
    "ami,ari,aki,bare,ovf,ova,docker,compressed",
    "Values container_format may have.",
    api("image_format/container_formats"),
  ),
  GLANCE_DISK_FORMATS: key.list(
    "ami,ari,aki,vhd,vhdx,vmdk,raw,qcow2,vdi,iso,ploop",
    "Values disk_format may have.",
    api("image_format/disk_formats"),
  ),
  GLANCE_REQUIRE_IMAGE_FORMAT_MATCH: key.bool(
    "False",
    "Refuse data that is not recognised as its disk_format. Data that is recognised as something else, or is dangerous to open, is always refused.",
    api("image_format/require_image_format_match"),
  ),
  GLANCE_VMDK_ALLOWED_TYPES: key.list(
    "streamOptimized,monolithicSparse",
    "VMDK create types that are accepted.",
    api("image_format/vmdk_allowed_types"),
  ),
  GLANCE_SIGNATURE_CERTIFICATE_DIR: key.text(
    "",
    "Folder with the certificates of signed images, ID.pem or ID.der each: this cloud's key manager. Empty: there is none, and data of an image with all four img_signature properties is refused.",
  ),
  GLANCE_TASK_TIME_TO_LIVE: key.int(48, "Hours an ended task stays visible.", {
    ...api("task/task_time_to_live"),
  }),
});

/** The items of a list option as oslo.config writes them: `[a, 'b', "c"]` or `a,b`. */
export function listOf(text: string): string[] {
  return text
    .trim()
    .replace(/^\[(.*)\]$/s, "$1")
    .split(",")
    .map((item) => item.trim().replace(/^(['"])(.*)\1$/, "$2"))
    .filter((item) => item !== "");
}
