// Samples: libvirt 9.0.0 and QEMU 7.2 of Debian 12, shortened.

import { expect, test } from "bun:test";
import * as c from "../../../libvirt/constants.gen.ts";
import { readCapabilities, readDomainCapabilities } from "./capabilities.ts";
import { lifecycleKind } from "./lifecycle.ts";
import type { HypervisorEvent } from "./session.ts";
import { cpuTraits, hostTraits } from "./traits.ts";

const capabilities = `<capabilities>

  <host>
    <uuid>07936d84-b9a3-4388-8eef-26d562ea454e</uuid>
    <cpu>
      <arch>x86_64</arch>
      <model>EPYC</model>
      <vendor>AMD</vendor>
      <topology sockets='1' dies='1' cores='2' threads='2'/>
      <feature name='avx2'/>
      <feature name='sse4.2'/>
      <pages unit='KiB' size='4'/>
    </cpu>
    <topology><cells num='1'><cell id='0'><memory unit='KiB'>11102424</memory></cell></cells></topology>
    <secmodel><model>none</model><doi>0</doi></secmodel>
    <secmodel><model>dac</model><doi>0</doi><baselabel type='kvm'>+64055:+64055</baselabel></secmodel>
  </host>

  <guest>
    <os_type>hvm</os_type>
    <arch name='i686'>
      <machine maxCpus='255'>pc</machine>
      <domain type='qemu'/>
    </arch>
  </guest>
  <guest>
    <os_type>hvm</os_type>
    <arch name='x86_64'>
      <domain type='qemu'/>
      <domain type='kvm'/>
    </arch>
  </guest>

</capabilities>`;

test("what the host is, as nova's cpu_info and supported_instances have it", () => {
  const read = readCapabilities(capabilities);
  expect(read.cpu).toEqual({
    arch: "x86_64",
    model: "EPYC",
    vendor: "AMD",
    topology: { cells: 1, sockets: 1, cores: 2, threads: 2 },
    features: ["avx2", "sse4.2"],
  });
  expect(read.cpuXml).toStartWith("<cpu>");
  expect(read.cpuXml).toEndWith("</cpu>");
  expect(read.guests).toEqual([
    ["i686", "qemu", "hvm"],
    ["x86_64", "qemu", "hvm"],
    ["x86_64", "kvm", "hvm"],
  ]);
  expect(read.dac).toBe(true);
  expect(readCapabilities("<capabilities><host/></capabilities>")).toMatchObject({ guests: [], dac: false });
});

test("devices a domain may have, and the traits that follow", () => {
  const devices = readDomainCapabilities(`<domainCapabilities><devices>
    <disk supported='yes'><enum name='diskDevice'><value>disk</value></enum>
      <enum name='bus'><value>ide</value><value>virtio</value><value>xen</value></enum></disk>
    <video supported='yes'><enum name='modelType'><value>vga</value><value>ramfb</value></enum></video>
  </devices></domainCapabilities>`);
  expect(devices).toEqual({ diskBuses: ["ide", "virtio", "xen"], videoModels: ["vga", "ramfb"] });
  const traits = hostTraits(["avx2", "svm", "unknown"], devices, 2);
  expect(traits).toContain("HW_CPU_X86_AVX2");
  expect(traits).toContain("HW_CPU_X86_AMD_SVM");
  expect(traits).toContain("HW_CPU_HYPERTHREADING");
  expect(traits).toContain("COMPUTE_STORAGE_BUS_IDE");
  expect(traits).toContain("COMPUTE_GRAPHICS_MODEL_VGA");
  expect(traits).toContain("COMPUTE_NET_VIF_MODEL_NE2K_PCI");
  expect(traits.some((name) => /XEN|RAMFB|UNKNOWN/.test(name))).toBe(false);
  expect(cpuTraits(["pni", "sse4.1"])).toEqual(["HW_CPU_X86_SSE3", "HW_CPU_X86_SSE41"]);
});

test("CP-43 which events are news", () => {
  const dom = { name: "instance-00000001", uuid: "x", id: 1 };
  const kind = (event: number, detail = 0) =>
    lifecycleKind({ kind: "lifecycle", dom, event, detail } as HypervisorEvent);
  expect(kind(c.VIR_DOMAIN_EVENT_STARTED)).toBe("started");
  expect(kind(c.VIR_DOMAIN_EVENT_STOPPED, c.VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN)).toBe("stopped");
  expect(kind(c.VIR_DOMAIN_EVENT_STOPPED, c.VIR_DOMAIN_EVENT_STOPPED_SAVED)).toBe("suspended");
  expect(kind(c.VIR_DOMAIN_EVENT_STOPPED, c.VIR_DOMAIN_EVENT_STOPPED_MIGRATED)).toBeNull();
  expect(kind(c.VIR_DOMAIN_EVENT_CRASHED)).toBe("stopped");
  expect(kind(c.VIR_DOMAIN_EVENT_SUSPENDED)).toBe("paused");
  expect(kind(c.VIR_DOMAIN_EVENT_SUSPENDED, c.VIR_DOMAIN_EVENT_SUSPENDED_MIGRATED)).toBeNull();
  expect(kind(c.VIR_DOMAIN_EVENT_RESUMED)).toBe("resumed");
  expect(kind(c.VIR_DOMAIN_EVENT_PMSUSPENDED)).toBe("suspended");
  expect(kind(c.VIR_DOMAIN_EVENT_UNDEFINED)).toBe("undefined");
  expect(kind(c.VIR_DOMAIN_EVENT_UNDEFINED, c.VIR_DOMAIN_EVENT_UNDEFINED_RENAMED)).toBeNull();
  expect(kind(c.VIR_DOMAIN_EVENT_SHUTDOWN)).toBeNull();
  expect(lifecycleKind({ kind: "deviceRemoved", dom, devAlias: "x" } as HypervisorEvent)).toBeNull();
});
