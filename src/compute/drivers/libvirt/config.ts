// The libvirt driver's settings. Authority for options and defaults: nova.conf of Zed ([libvirt], [vnc], [image_cache]).

import { key, section } from "../../../config/keys.ts";

export const libvirtSection = section("libvirt", "Compute hosts with libvirt", {
  LIBVIRT_TYPE: key.choice(
    ["auto", "kvm", "qemu"],
    "auto",
    "How guests run: kvm, or emulated by qemu. auto: kvm when a trial guest really runs with it.",
    { option: "nova.conf/libvirt/virt_type" },
  ),
  LIBVIRT_URI: key.text("qemu:///system", "The libvirt daemon of this host.", {
    option: "nova.conf/libvirt/connection_uri",
  }),
  COMPUTE_HOSTS: key.list(
    "",
    "Compute hosts by name, NAME=URI, separated by blanks: c01=qemu:///system c02=qemu+ssh://root@c02/system. Empty: one, with the name of this host, at LIBVIRT_URI.",
  ),
  LIBVIRT_CPU_MODE: key.choice(
    ["auto", "host-model", "host-passthrough", "maximum", "custom", "none"],
    "auto",
    "The CPU guests see. auto: host-model with kvm, custom with qemu.",
    { option: "nova.conf/libvirt/cpu_mode" },
  ),
  LIBVIRT_CPU_MODEL: key.text(
    "Nehalem",
    "CPU model for LIBVIRT_CPU_MODE=custom. The default is the least that present distributions need (x86-64-v2).",
    { option: "nova.conf/libvirt/cpu_models" },
  ),
  LIBVIRT_MACHINE_TYPE: key.text("pc", "Machine type of guests whose image names none: pc or q35.", {
    option: "nova.conf/libvirt/hw_machine_type",
  }),
  LIBVIRT_DISK_CACHE: key.choice(
    ["auto", "none", "writethrough", "writeback", "directsync"],
    "auto",
    "How disks are cached on the host. auto: none where the file system can bypass its cache, else writeback. All obey the guest's flushes.",
  ),
  DEVICE_DETACH_ATTEMPTS: key.int(8, "How often a running guest is asked to let go of a device.", {
    min: 1,
    option: "nova.conf/libvirt/device_detach_attempts",
  }),
  DEVICE_DETACH_TIMEOUT: key.int(20, "Seconds to wait each time for the guest to let go of a device.", {
    min: 1,
    option: "nova.conf/libvirt/device_detach_timeout",
  }),
  REMOVE_UNUSED_BASE_IMAGES: key.bool("True", "Remove cached images that no server uses any more.", {
    option: "nova.conf/image_cache/remove_unused_base_images",
  }),
  REMOVE_UNUSED_ORIGINAL_MINIMUM_AGE_SECONDS: key.int(
    86_400,
    "Seconds a cached image must have been unused before it is removed.",
    { option: "nova.conf/image_cache/remove_unused_original_minimum_age_seconds" },
  ),
  IMAGE_CACHE_MANAGER_INTERVAL: key.int(
    2400,
    "Seconds between looks at the cached images. 0: once a minute; -1: never.",
    { min: -1, option: "nova.conf/image_cache/manager_interval" },
  ),
});
