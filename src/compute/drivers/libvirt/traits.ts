// Traits of a host for placement. Authority: nova/virt/libvirt/driver.py (static_traits) and utils.py (CPU_TRAITS_MAPPING) of
// Zed; every name is in os-traits 2.9.0.

import type { DomainCapabilities } from "./capabilities.ts";
import { VIDEO_MODELS, VIF_MODELS } from "./hardware.ts";
import { BOOTABLE_FORMATS } from "./qemu-img.ts";

/** libvirt's name of a CPU feature → the end of `HW_CPU_X86_...`; where it is left out, the name in capitals. */
const CPU_TRAITS: Readonly<Record<string, string | readonly string[]>> = {
  "3dnow": "3DNOW",
  abm: "ABM",
  aes: "AESNI",
  avx: "AVX",
  avx2: "AVX2",
  avx512bw: "AVX512BW",
  avx512cd: "AVX512CD",
  avx512dq: "AVX512DQ",
  avx512er: "AVX512ER",
  avx512f: "AVX512F",
  avx512pf: "AVX512PF",
  avx512vl: "AVX512VL",
  avx512vnni: "AVX512VNNI",
  avx512vbmi: "AVX512VBMI",
  avx512ifma: "AVX512IFMA",
  avx512vbmi2: "AVX512VBMI2",
  avx512bitalg: "AVX512BITALG",
  vaes: "AVX512VAES",
  gfni: "AVX512GFNI",
  vpclmulqdq: "AVX512VPCLMULQDQ",
  "avx512-vpopcntdq": "AVX512VPOPCNTDQ",
  bmi1: "BMI",
  bmi2: "BMI2",
  pclmuldq: "CLMUL",
  f16c: "F16C",
  fma: "FMA3",
  fma4: "FMA4",
  mmx: "MMX",
  mpx: "MPX",
  "sha-ni": "SHA",
  sse: "SSE",
  sse2: "SSE2",
  sse3: "SSE3",
  pni: "SSE3",
  "sse4.1": "SSE41",
  "sse4.2": "SSE42",
  sse4a: "SSE4A",
  ssse3: "SSSE3",
  svm: ["SVM", "AMD_SVM"],
  tbm: "TBM",
  vmx: ["VMX", "INTEL_VMX"],
  xop: "XOP",
};

const GRAPHICS_TRAITS: readonly string[] = VIDEO_MODELS.map((model) => model.toUpperCase());
const BUS_TRAITS: readonly string[] = ["FDC", "IDE", "SATA", "SCSI", "USB", "VIRTIO"];

export function cpuTraits(features: readonly string[]): string[] {
  return features.flatMap((feature) => CPU_TRAITS[feature] ?? []).map((name) => `HW_CPU_X86_${name}`);
}

export function hostTraits(
  cpuFeatures: readonly string[],
  devices: DomainCapabilities,
  threads: number,
): string[] {
  const named = (prefix: string, names: readonly string[], allowed: readonly string[]) =>
    names
      .map((name) => name.toUpperCase())
      .filter((name) => allowed.includes(name))
      .map((name) => `${prefix}_${name}`);
  const traits = [
    ...cpuTraits(cpuFeatures),
    ...(threads > 1 ? ["HW_CPU_HYPERTHREADING"] : []),
    ...VIF_MODELS.map((model) => `COMPUTE_NET_VIF_MODEL_${model.toUpperCase()}`),
    ...named("COMPUTE_STORAGE_BUS", devices.diskBuses, BUS_TRAITS),
    ...named("COMPUTE_GRAPHICS_MODEL", devices.videoModels, GRAPHICS_TRAITS),
    ...BOOTABLE_FORMATS.map((format) => `COMPUTE_IMAGE_TYPE_${format.toUpperCase()}`),
  ];
  return [...new Set(traits)].sort();
}
