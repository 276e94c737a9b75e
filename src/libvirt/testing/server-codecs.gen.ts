// Generated from libvirt 9.0.0 by
//   bun src/libvirt/generate.ts LIBVIRT_SOURCE/src/remote/remote_protocol.x
// Do not edit: change generator/wanted.ts or the generator and run it again.

import { readNothing, writeNothing } from "../procedure.ts";
import { XdrError, type XdrReader, type XdrWriter } from "../xdr.ts";

/** struct remote_nonnull_domain */
export interface Domain {
  readonly name: string;
  readonly uuid: string;
  readonly id: number;
}
export function writeDomain(w: XdrWriter, v: Domain): void {
  w.string(v.name, 4194304);
  w.uuid(v.uuid);
  w.int(v.id);
}

/** struct remote_nonnull_network */
export interface Network {
  readonly name: string;
  readonly uuid: string;
}
export function writeNetwork(w: XdrWriter, v: Network): void {
  w.string(v.name, 4194304);
  w.uuid(v.uuid);
}

/** struct remote_error */
export interface RemoteError {
  readonly code: number;
  readonly domain: number;
  readonly message: string | null;
  readonly level: number;
  readonly dom: Domain | null;
  readonly str1: string | null;
  readonly str2: string | null;
  readonly str3: string | null;
  readonly int1: number;
  readonly int2: number;
  readonly net: Network | null;
}
export function writeRemoteError(w: XdrWriter, v: RemoteError): void {
  w.int(v.code);
  w.int(v.domain);
  if (w.present(v.message)) w.string(v.message, 4194304);
  w.int(v.level);
  if (w.present(v.dom)) writeDomain(w, v.dom);
  if (w.present(v.str1)) w.string(v.str1, 4194304);
  if (w.present(v.str2)) w.string(v.str2, 4194304);
  if (w.present(v.str3)) w.string(v.str3, 4194304);
  w.int(v.int1);
  w.int(v.int2);
  if (w.present(v.net)) writeNetwork(w, v.net);
}

/** struct remote_auth_list_ret */
export interface AuthListRet {
  readonly types: readonly number[];
}
export function writeAuthListRet(w: XdrWriter, v: AuthListRet): void {
  w.array(v.types, 20, (w, v) => w.int(v));
}

/** struct remote_auth_polkit_ret */
export interface AuthPolkitRet {
  readonly complete: number;
}
export function writeAuthPolkitRet(w: XdrWriter, v: AuthPolkitRet): void {
  w.int(v.complete);
}

/** struct remote_connect_open_args */
export interface ConnectOpenArgs {
  readonly name: string | null;
  readonly flags: number;
}
export function readConnectOpenArgs(r: XdrReader): ConnectOpenArgs {
  return {
    name: r.bool() ? r.string(4194304) : null,
    flags: r.uint(),
  };
}

/** struct remote_connect_get_type_ret */
export interface ConnectGetTypeRet {
  readonly type: string;
}
export function writeConnectGetTypeRet(w: XdrWriter, v: ConnectGetTypeRet): void {
  w.string(v.type, 4194304);
}

/** struct remote_connect_get_version_ret */
export interface ConnectGetVersionRet {
  readonly hvVer: bigint;
}
export function writeConnectGetVersionRet(w: XdrWriter, v: ConnectGetVersionRet): void {
  w.uhyper(v.hvVer);
}

/** struct remote_connect_get_lib_version_ret */
export interface ConnectGetLibVersionRet {
  readonly libVer: bigint;
}
export function writeConnectGetLibVersionRet(w: XdrWriter, v: ConnectGetLibVersionRet): void {
  w.uhyper(v.libVer);
}

/** struct remote_connect_get_hostname_ret */
export interface ConnectGetHostnameRet {
  readonly hostname: string;
}
export function writeConnectGetHostnameRet(w: XdrWriter, v: ConnectGetHostnameRet): void {
  w.string(v.hostname, 4194304);
}

/** struct remote_connect_get_uri_ret */
export interface ConnectGetURIRet {
  readonly uri: string;
}
export function writeConnectGetURIRet(w: XdrWriter, v: ConnectGetURIRet): void {
  w.string(v.uri, 4194304);
}

/** struct remote_connect_get_capabilities_ret */
export interface ConnectGetCapabilitiesRet {
  readonly capabilities: string;
}
export function writeConnectGetCapabilitiesRet(w: XdrWriter, v: ConnectGetCapabilitiesRet): void {
  w.string(v.capabilities, 4194304);
}

/** struct remote_connect_get_domain_capabilities_args */
export interface ConnectGetDomainCapabilitiesArgs {
  readonly emulatorbin: string | null;
  readonly arch: string | null;
  readonly machine: string | null;
  readonly virttype: string | null;
  readonly flags: number;
}
export function readConnectGetDomainCapabilitiesArgs(r: XdrReader): ConnectGetDomainCapabilitiesArgs {
  return {
    emulatorbin: r.bool() ? r.string(4194304) : null,
    arch: r.bool() ? r.string(4194304) : null,
    machine: r.bool() ? r.string(4194304) : null,
    virttype: r.bool() ? r.string(4194304) : null,
    flags: r.uint(),
  };
}

/** struct remote_connect_get_domain_capabilities_ret */
export interface ConnectGetDomainCapabilitiesRet {
  readonly capabilities: string;
}
export function writeConnectGetDomainCapabilitiesRet(w: XdrWriter, v: ConnectGetDomainCapabilitiesRet): void {
  w.string(v.capabilities, 4194304);
}

/** struct remote_connect_get_max_vcpus_args */
export interface ConnectGetMaxVcpusArgs {
  readonly type: string | null;
}
export function readConnectGetMaxVcpusArgs(r: XdrReader): ConnectGetMaxVcpusArgs {
  return {
    type: r.bool() ? r.string(4194304) : null,
  };
}

/** struct remote_connect_get_max_vcpus_ret */
export interface ConnectGetMaxVcpusRet {
  readonly maxVcpus: number;
}
export function writeConnectGetMaxVcpusRet(w: XdrWriter, v: ConnectGetMaxVcpusRet): void {
  w.int(v.maxVcpus);
}

/** struct remote_connect_supports_feature_args */
export interface ConnectSupportsFeatureArgs {
  readonly feature: number;
}
export function readConnectSupportsFeatureArgs(r: XdrReader): ConnectSupportsFeatureArgs {
  return {
    feature: r.int(),
  };
}

/** struct remote_connect_supports_feature_ret */
export interface ConnectSupportsFeatureRet {
  readonly supported: number;
}
export function writeConnectSupportsFeatureRet(w: XdrWriter, v: ConnectSupportsFeatureRet): void {
  w.int(v.supported);
}

/** struct remote_connect_is_secure_ret */
export interface ConnectIsSecureRet {
  readonly secure: number;
}
export function writeConnectIsSecureRet(w: XdrWriter, v: ConnectIsSecureRet): void {
  w.int(v.secure);
}

/** struct remote_connect_list_all_domains_args */
export interface ConnectListAllDomainsArgs {
  readonly needResults: number;
  readonly flags: number;
}
export function readConnectListAllDomainsArgs(r: XdrReader): ConnectListAllDomainsArgs {
  return {
    needResults: r.int(),
    flags: r.uint(),
  };
}

/** struct remote_connect_list_all_domains_ret */
export interface ConnectListAllDomainsRet {
  readonly domains: readonly Domain[];
  readonly ret: number;
}
export function writeConnectListAllDomainsRet(w: XdrWriter, v: ConnectListAllDomainsRet): void {
  w.array(v.domains, 16384, writeDomain);
  w.uint(v.ret);
}

export function readDomain(r: XdrReader): Domain {
  return {
    name: r.string(4194304),
    uuid: r.uuid(),
    id: r.int(),
  };
}

/** struct remote_connect_get_all_domain_stats_args */
export interface ConnectGetAllDomainStatsArgs {
  readonly doms: readonly Domain[];
  readonly stats: number;
  readonly flags: number;
}
export function readConnectGetAllDomainStatsArgs(r: XdrReader): ConnectGetAllDomainStatsArgs {
  return {
    doms: r.array(16384, readDomain),
    stats: r.uint(),
    flags: r.uint(),
  };
}

/** union remote_typed_param_value */
export type TypedParamValue =
  | { readonly type: 1; readonly i: number }
  | { readonly type: 2; readonly ui: number }
  | { readonly type: 3; readonly l: bigint }
  | { readonly type: 4; readonly ul: bigint }
  | { readonly type: 5; readonly d: number }
  | { readonly type: 6; readonly b: number }
  | { readonly type: 7; readonly s: string };
export function writeTypedParamValue(w: XdrWriter, v: TypedParamValue): void {
  w.int(v.type);
  switch (v.type) {
    case 1:
      w.int(v.i);
      break;
    case 2:
      w.uint(v.ui);
      break;
    case 3:
      w.hyper(v.l);
      break;
    case 4:
      w.uhyper(v.ul);
      break;
    case 5:
      w.double(v.d);
      break;
    case 6:
      w.int(v.b);
      break;
    case 7:
      w.string(v.s, 4194304);
      break;
    default:
      throw new XdrError("remote_typed_param_value: unknown arm");
  }
}

/** struct remote_typed_param */
export interface TypedParam {
  readonly field: string;
  readonly value: TypedParamValue;
}
export function writeTypedParam(w: XdrWriter, v: TypedParam): void {
  w.string(v.field, 4194304);
  writeTypedParamValue(w, v.value);
}

/** struct remote_domain_stats_record */
export interface DomainStatsRecord {
  readonly dom: Domain;
  readonly params: readonly TypedParam[];
}
export function writeDomainStatsRecord(w: XdrWriter, v: DomainStatsRecord): void {
  writeDomain(w, v.dom);
  w.array(v.params, 262144, writeTypedParam);
}

/** struct remote_connect_get_all_domain_stats_ret */
export interface ConnectGetAllDomainStatsRet {
  readonly retStats: readonly DomainStatsRecord[];
}
export function writeConnectGetAllDomainStatsRet(w: XdrWriter, v: ConnectGetAllDomainStatsRet): void {
  w.array(v.retStats, 16384, writeDomainStatsRecord);
}

/** struct remote_connect_compare_cpu_args */
export interface ConnectCompareCPUArgs {
  readonly xml: string;
  readonly flags: number;
}
export function readConnectCompareCPUArgs(r: XdrReader): ConnectCompareCPUArgs {
  return {
    xml: r.string(4194304),
    flags: r.uint(),
  };
}

/** struct remote_connect_compare_cpu_ret */
export interface ConnectCompareCPURet {
  readonly result: number;
}
export function writeConnectCompareCPURet(w: XdrWriter, v: ConnectCompareCPURet): void {
  w.int(v.result);
}

/** struct remote_connect_compare_hypervisor_cpu_args */
export interface ConnectCompareHypervisorCPUArgs {
  readonly emulator: string | null;
  readonly arch: string | null;
  readonly machine: string | null;
  readonly virttype: string | null;
  readonly xmlCPU: string;
  readonly flags: number;
}
export function readConnectCompareHypervisorCPUArgs(r: XdrReader): ConnectCompareHypervisorCPUArgs {
  return {
    emulator: r.bool() ? r.string(4194304) : null,
    arch: r.bool() ? r.string(4194304) : null,
    machine: r.bool() ? r.string(4194304) : null,
    virttype: r.bool() ? r.string(4194304) : null,
    xmlCPU: r.string(4194304),
    flags: r.uint(),
  };
}

/** struct remote_connect_compare_hypervisor_cpu_ret */
export interface ConnectCompareHypervisorCPURet {
  readonly result: number;
}
export function writeConnectCompareHypervisorCPURet(w: XdrWriter, v: ConnectCompareHypervisorCPURet): void {
  w.int(v.result);
}

/** struct remote_connect_baseline_cpu_args */
export interface ConnectBaselineCPUArgs {
  readonly xmlCPUs: readonly string[];
  readonly flags: number;
}
export function readConnectBaselineCPUArgs(r: XdrReader): ConnectBaselineCPUArgs {
  return {
    xmlCPUs: r.array(256, (r) => r.string(4194304)),
    flags: r.uint(),
  };
}

/** struct remote_connect_baseline_cpu_ret */
export interface ConnectBaselineCPURet {
  readonly cpu: string;
}
export function writeConnectBaselineCPURet(w: XdrWriter, v: ConnectBaselineCPURet): void {
  w.string(v.cpu, 4194304);
}

/** struct remote_connect_baseline_hypervisor_cpu_args */
export interface ConnectBaselineHypervisorCPUArgs {
  readonly emulator: string | null;
  readonly arch: string | null;
  readonly machine: string | null;
  readonly virttype: string | null;
  readonly xmlCPUs: readonly string[];
  readonly flags: number;
}
export function readConnectBaselineHypervisorCPUArgs(r: XdrReader): ConnectBaselineHypervisorCPUArgs {
  return {
    emulator: r.bool() ? r.string(4194304) : null,
    arch: r.bool() ? r.string(4194304) : null,
    machine: r.bool() ? r.string(4194304) : null,
    virttype: r.bool() ? r.string(4194304) : null,
    xmlCPUs: r.array(256, (r) => r.string(4194304)),
    flags: r.uint(),
  };
}

/** struct remote_connect_baseline_hypervisor_cpu_ret */
export interface ConnectBaselineHypervisorCPURet {
  readonly cpu: string;
}
export function writeConnectBaselineHypervisorCPURet(w: XdrWriter, v: ConnectBaselineHypervisorCPURet): void {
  w.string(v.cpu, 4194304);
}

/** struct remote_connect_get_cpu_model_names_args */
export interface ConnectGetCPUModelNamesArgs {
  readonly arch: string;
  readonly needResults: number;
  readonly flags: number;
}
export function readConnectGetCPUModelNamesArgs(r: XdrReader): ConnectGetCPUModelNamesArgs {
  return {
    arch: r.string(4194304),
    needResults: r.int(),
    flags: r.uint(),
  };
}

/** struct remote_connect_get_cpu_model_names_ret */
export interface ConnectGetCPUModelNamesRet {
  readonly models: readonly string[];
  readonly ret: number;
}
export function writeConnectGetCPUModelNamesRet(w: XdrWriter, v: ConnectGetCPUModelNamesRet): void {
  w.array(v.models, 8192, (w, v) => w.string(v, 4194304));
  w.int(v.ret);
}

/** struct remote_connect_get_sysinfo_args */
export interface ConnectGetSysinfoArgs {
  readonly flags: number;
}
export function readConnectGetSysinfoArgs(r: XdrReader): ConnectGetSysinfoArgs {
  return {
    flags: r.uint(),
  };
}

/** struct remote_connect_get_sysinfo_ret */
export interface ConnectGetSysinfoRet {
  readonly sysinfo: string;
}
export function writeConnectGetSysinfoRet(w: XdrWriter, v: ConnectGetSysinfoRet): void {
  w.string(v.sysinfo, 4194304);
}

/** struct remote_node_get_info_ret */
export interface NodeGetInfoRet {
  readonly model: string;
  readonly memory: bigint;
  readonly cpus: number;
  readonly mhz: number;
  readonly nodes: number;
  readonly sockets: number;
  readonly cores: number;
  readonly threads: number;
}
export function writeNodeGetInfoRet(w: XdrWriter, v: NodeGetInfoRet): void {
  w.charVector(v.model, 32);
  w.uhyper(v.memory);
  w.int(v.cpus);
  w.int(v.mhz);
  w.int(v.nodes);
  w.int(v.sockets);
  w.int(v.cores);
  w.int(v.threads);
}

/** struct remote_node_get_memory_stats_args */
export interface NodeGetMemoryStatsArgs {
  readonly nparams: number;
  readonly cellNum: number;
  readonly flags: number;
}
export function readNodeGetMemoryStatsArgs(r: XdrReader): NodeGetMemoryStatsArgs {
  return {
    nparams: r.int(),
    cellNum: r.int(),
    flags: r.uint(),
  };
}

/** struct remote_node_get_memory_stats */
export interface NodeGetMemoryStats {
  readonly field: string;
  readonly value: bigint;
}
export function writeNodeGetMemoryStats(w: XdrWriter, v: NodeGetMemoryStats): void {
  w.string(v.field, 4194304);
  w.uhyper(v.value);
}

/** struct remote_node_get_memory_stats_ret */
export interface NodeGetMemoryStatsRet {
  readonly params: readonly NodeGetMemoryStats[];
  readonly nparams: number;
}
export function writeNodeGetMemoryStatsRet(w: XdrWriter, v: NodeGetMemoryStatsRet): void {
  w.array(v.params, 16, writeNodeGetMemoryStats);
  w.int(v.nparams);
}

/** struct remote_node_get_cpu_stats_args */
export interface NodeGetCPUStatsArgs {
  readonly cpuNum: number;
  readonly nparams: number;
  readonly flags: number;
}
export function readNodeGetCPUStatsArgs(r: XdrReader): NodeGetCPUStatsArgs {
  return {
    cpuNum: r.int(),
    nparams: r.int(),
    flags: r.uint(),
  };
}

/** struct remote_node_get_cpu_stats */
export interface NodeGetCPUStats {
  readonly field: string;
  readonly value: bigint;
}
export function writeNodeGetCPUStats(w: XdrWriter, v: NodeGetCPUStats): void {
  w.string(v.field, 4194304);
  w.uhyper(v.value);
}

/** struct remote_node_get_cpu_stats_ret */
export interface NodeGetCPUStatsRet {
  readonly params: readonly NodeGetCPUStats[];
  readonly nparams: number;
}
export function writeNodeGetCPUStatsRet(w: XdrWriter, v: NodeGetCPUStatsRet): void {
  w.array(v.params, 16, writeNodeGetCPUStats);
  w.int(v.nparams);
}

/** struct remote_node_get_cpu_map_args */
export interface NodeGetCPUMapArgs {
  readonly needMap: number;
  readonly needOnline: number;
  readonly flags: number;
}
export function readNodeGetCPUMapArgs(r: XdrReader): NodeGetCPUMapArgs {
  return {
    needMap: r.int(),
    needOnline: r.int(),
    flags: r.uint(),
  };
}

/** struct remote_node_get_cpu_map_ret */
export interface NodeGetCPUMapRet {
  readonly cpumap: Uint8Array;
  readonly online: number;
  readonly ret: number;
}
export function writeNodeGetCPUMapRet(w: XdrWriter, v: NodeGetCPUMapRet): void {
  w.opaque(v.cpumap, 2048);
  w.uint(v.online);
  w.int(v.ret);
}

/** struct remote_node_get_free_memory_ret */
export interface NodeGetFreeMemoryRet {
  readonly freeMem: bigint;
}
export function writeNodeGetFreeMemoryRet(w: XdrWriter, v: NodeGetFreeMemoryRet): void {
  w.uhyper(v.freeMem);
}

/** struct remote_node_get_cells_free_memory_args */
export interface NodeGetCellsFreeMemoryArgs {
  readonly startCell: number;
  readonly maxcells: number;
}
export function readNodeGetCellsFreeMemoryArgs(r: XdrReader): NodeGetCellsFreeMemoryArgs {
  return {
    startCell: r.int(),
    maxcells: r.int(),
  };
}

/** struct remote_node_get_cells_free_memory_ret */
export interface NodeGetCellsFreeMemoryRet {
  readonly cells: readonly bigint[];
}
export function writeNodeGetCellsFreeMemoryRet(w: XdrWriter, v: NodeGetCellsFreeMemoryRet): void {
  w.array(v.cells, 1024, (w, v) => w.uhyper(v));
}

/** struct remote_domain_lookup_by_id_args */
export interface DomainLookupByIDArgs {
  readonly id: number;
}
export function readDomainLookupByIDArgs(r: XdrReader): DomainLookupByIDArgs {
  return {
    id: r.int(),
  };
}

/** struct remote_domain_lookup_by_id_ret */
export interface DomainLookupByIDRet {
  readonly dom: Domain;
}
export function writeDomainLookupByIDRet(w: XdrWriter, v: DomainLookupByIDRet): void {
  writeDomain(w, v.dom);
}

/** struct remote_domain_lookup_by_uuid_args */
export interface DomainLookupByUUIDArgs {
  readonly uuid: string;
}
export function readDomainLookupByUUIDArgs(r: XdrReader): DomainLookupByUUIDArgs {
  return {
    uuid: r.uuid(),
  };
}

/** struct remote_domain_lookup_by_uuid_ret */
export interface DomainLookupByUUIDRet {
  readonly dom: Domain;
}
export function writeDomainLookupByUUIDRet(w: XdrWriter, v: DomainLookupByUUIDRet): void {
  writeDomain(w, v.dom);
}

/** struct remote_domain_lookup_by_name_args */
export interface DomainLookupByNameArgs {
  readonly name: string;
}
export function readDomainLookupByNameArgs(r: XdrReader): DomainLookupByNameArgs {
  return {
    name: r.string(4194304),
  };
}

/** struct remote_domain_lookup_by_name_ret */
export interface DomainLookupByNameRet {
  readonly dom: Domain;
}
export function writeDomainLookupByNameRet(w: XdrWriter, v: DomainLookupByNameRet): void {
  writeDomain(w, v.dom);
}

/** struct remote_domain_define_xml_flags_args */
export interface DomainDefineXMLFlagsArgs {
  readonly xml: string;
  readonly flags: number;
}
export function readDomainDefineXMLFlagsArgs(r: XdrReader): DomainDefineXMLFlagsArgs {
  return {
    xml: r.string(4194304),
    flags: r.uint(),
  };
}

/** struct remote_domain_define_xml_flags_ret */
export interface DomainDefineXMLFlagsRet {
  readonly dom: Domain;
}
export function writeDomainDefineXMLFlagsRet(w: XdrWriter, v: DomainDefineXMLFlagsRet): void {
  writeDomain(w, v.dom);
}

/** struct remote_domain_create_xml_args */
export interface DomainCreateXMLArgs {
  readonly xmlDesc: string;
  readonly flags: number;
}
export function readDomainCreateXMLArgs(r: XdrReader): DomainCreateXMLArgs {
  return {
    xmlDesc: r.string(4194304),
    flags: r.uint(),
  };
}

/** struct remote_domain_create_xml_ret */
export interface DomainCreateXMLRet {
  readonly dom: Domain;
}
export function writeDomainCreateXMLRet(w: XdrWriter, v: DomainCreateXMLRet): void {
  writeDomain(w, v.dom);
}

/** struct remote_domain_create_with_flags_args */
export interface DomainCreateWithFlagsArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function readDomainCreateWithFlagsArgs(r: XdrReader): DomainCreateWithFlagsArgs {
  return {
    dom: readDomain(r),
    flags: r.uint(),
  };
}

/** struct remote_domain_create_with_flags_ret */
export interface DomainCreateWithFlagsRet {
  readonly dom: Domain;
}
export function writeDomainCreateWithFlagsRet(w: XdrWriter, v: DomainCreateWithFlagsRet): void {
  writeDomain(w, v.dom);
}

/** struct remote_domain_destroy_flags_args */
export interface DomainDestroyFlagsArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function readDomainDestroyFlagsArgs(r: XdrReader): DomainDestroyFlagsArgs {
  return {
    dom: readDomain(r),
    flags: r.uint(),
  };
}

/** struct remote_domain_undefine_flags_args */
export interface DomainUndefineFlagsArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function readDomainUndefineFlagsArgs(r: XdrReader): DomainUndefineFlagsArgs {
  return {
    dom: readDomain(r),
    flags: r.uint(),
  };
}

/** struct remote_domain_shutdown_flags_args */
export interface DomainShutdownFlagsArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function readDomainShutdownFlagsArgs(r: XdrReader): DomainShutdownFlagsArgs {
  return {
    dom: readDomain(r),
    flags: r.uint(),
  };
}

/** struct remote_domain_reboot_args */
export interface DomainRebootArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function readDomainRebootArgs(r: XdrReader): DomainRebootArgs {
  return {
    dom: readDomain(r),
    flags: r.uint(),
  };
}

/** struct remote_domain_reset_args */
export interface DomainResetArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function readDomainResetArgs(r: XdrReader): DomainResetArgs {
  return {
    dom: readDomain(r),
    flags: r.uint(),
  };
}

/** struct remote_domain_suspend_args */
export interface DomainSuspendArgs {
  readonly dom: Domain;
}
export function readDomainSuspendArgs(r: XdrReader): DomainSuspendArgs {
  return {
    dom: readDomain(r),
  };
}

/** struct remote_domain_resume_args */
export interface DomainResumeArgs {
  readonly dom: Domain;
}
export function readDomainResumeArgs(r: XdrReader): DomainResumeArgs {
  return {
    dom: readDomain(r),
  };
}

/** struct remote_domain_inject_nmi_args */
export interface DomainInjectNMIArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function readDomainInjectNMIArgs(r: XdrReader): DomainInjectNMIArgs {
  return {
    dom: readDomain(r),
    flags: r.uint(),
  };
}

/** struct remote_domain_rename_args */
export interface DomainRenameArgs {
  readonly dom: Domain;
  readonly newName: string | null;
  readonly flags: number;
}
export function readDomainRenameArgs(r: XdrReader): DomainRenameArgs {
  return {
    dom: readDomain(r),
    newName: r.bool() ? r.string(4194304) : null,
    flags: r.uint(),
  };
}

/** struct remote_domain_rename_ret */
export interface DomainRenameRet {
  readonly retcode: number;
}
export function writeDomainRenameRet(w: XdrWriter, v: DomainRenameRet): void {
  w.int(v.retcode);
}

/** struct remote_domain_pm_suspend_for_duration_args */
export interface DomainPMSuspendForDurationArgs {
  readonly dom: Domain;
  readonly target: number;
  readonly duration: bigint;
  readonly flags: number;
}
export function readDomainPMSuspendForDurationArgs(r: XdrReader): DomainPMSuspendForDurationArgs {
  return {
    dom: readDomain(r),
    target: r.uint(),
    duration: r.uhyper(),
    flags: r.uint(),
  };
}

/** struct remote_domain_pm_wakeup_args */
export interface DomainPMWakeupArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function readDomainPMWakeupArgs(r: XdrReader): DomainPMWakeupArgs {
  return {
    dom: readDomain(r),
    flags: r.uint(),
  };
}

/** struct remote_domain_get_state_args */
export interface DomainGetStateArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function readDomainGetStateArgs(r: XdrReader): DomainGetStateArgs {
  return {
    dom: readDomain(r),
    flags: r.uint(),
  };
}

/** struct remote_domain_get_state_ret */
export interface DomainGetStateRet {
  readonly state: number;
  readonly reason: number;
}
export function writeDomainGetStateRet(w: XdrWriter, v: DomainGetStateRet): void {
  w.int(v.state);
  w.int(v.reason);
}

/** struct remote_domain_get_info_args */
export interface DomainGetInfoArgs {
  readonly dom: Domain;
}
export function readDomainGetInfoArgs(r: XdrReader): DomainGetInfoArgs {
  return {
    dom: readDomain(r),
  };
}

/** struct remote_domain_get_info_ret */
export interface DomainGetInfoRet {
  readonly state: number;
  readonly maxMem: bigint;
  readonly memory: bigint;
  readonly nrVirtCpu: number;
  readonly cpuTime: bigint;
}
export function writeDomainGetInfoRet(w: XdrWriter, v: DomainGetInfoRet): void {
  w.uint(v.state);
  w.uhyper(v.maxMem);
  w.uhyper(v.memory);
  w.uint(v.nrVirtCpu);
  w.uhyper(v.cpuTime);
}

/** struct remote_domain_get_control_info_args */
export interface DomainGetControlInfoArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function readDomainGetControlInfoArgs(r: XdrReader): DomainGetControlInfoArgs {
  return {
    dom: readDomain(r),
    flags: r.uint(),
  };
}

/** struct remote_domain_get_control_info_ret */
export interface DomainGetControlInfoRet {
  readonly state: number;
  readonly details: number;
  readonly stateTime: bigint;
}
export function writeDomainGetControlInfoRet(w: XdrWriter, v: DomainGetControlInfoRet): void {
  w.uint(v.state);
  w.uint(v.details);
  w.uhyper(v.stateTime);
}

/** struct remote_domain_get_xml_desc_args */
export interface DomainGetXMLDescArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function readDomainGetXMLDescArgs(r: XdrReader): DomainGetXMLDescArgs {
  return {
    dom: readDomain(r),
    flags: r.uint(),
  };
}

/** struct remote_domain_get_xml_desc_ret */
export interface DomainGetXMLDescRet {
  readonly xml: string;
}
export function writeDomainGetXMLDescRet(w: XdrWriter, v: DomainGetXMLDescRet): void {
  w.string(v.xml, 4194304);
}

/** struct remote_domain_get_os_type_args */
export interface DomainGetOSTypeArgs {
  readonly dom: Domain;
}
export function readDomainGetOSTypeArgs(r: XdrReader): DomainGetOSTypeArgs {
  return {
    dom: readDomain(r),
  };
}

/** struct remote_domain_get_os_type_ret */
export interface DomainGetOSTypeRet {
  readonly type: string;
}
export function writeDomainGetOSTypeRet(w: XdrWriter, v: DomainGetOSTypeRet): void {
  w.string(v.type, 4194304);
}

/** struct remote_domain_is_active_args */
export interface DomainIsActiveArgs {
  readonly dom: Domain;
}
export function readDomainIsActiveArgs(r: XdrReader): DomainIsActiveArgs {
  return {
    dom: readDomain(r),
  };
}

/** struct remote_domain_is_active_ret */
export interface DomainIsActiveRet {
  readonly active: number;
}
export function writeDomainIsActiveRet(w: XdrWriter, v: DomainIsActiveRet): void {
  w.int(v.active);
}

/** struct remote_domain_is_persistent_args */
export interface DomainIsPersistentArgs {
  readonly dom: Domain;
}
export function readDomainIsPersistentArgs(r: XdrReader): DomainIsPersistentArgs {
  return {
    dom: readDomain(r),
  };
}

/** struct remote_domain_is_persistent_ret */
export interface DomainIsPersistentRet {
  readonly persistent: number;
}
export function writeDomainIsPersistentRet(w: XdrWriter, v: DomainIsPersistentRet): void {
  w.int(v.persistent);
}

/** struct remote_domain_is_updated_args */
export interface DomainIsUpdatedArgs {
  readonly dom: Domain;
}
export function readDomainIsUpdatedArgs(r: XdrReader): DomainIsUpdatedArgs {
  return {
    dom: readDomain(r),
  };
}

/** struct remote_domain_is_updated_ret */
export interface DomainIsUpdatedRet {
  readonly updated: number;
}
export function writeDomainIsUpdatedRet(w: XdrWriter, v: DomainIsUpdatedRet): void {
  w.int(v.updated);
}

/** struct remote_domain_get_hostname_args */
export interface DomainGetHostnameArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function readDomainGetHostnameArgs(r: XdrReader): DomainGetHostnameArgs {
  return {
    dom: readDomain(r),
    flags: r.uint(),
  };
}

/** struct remote_domain_get_hostname_ret */
export interface DomainGetHostnameRet {
  readonly hostname: string;
}
export function writeDomainGetHostnameRet(w: XdrWriter, v: DomainGetHostnameRet): void {
  w.string(v.hostname, 4194304);
}

/** struct remote_domain_get_messages_args */
export interface DomainGetMessagesArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function readDomainGetMessagesArgs(r: XdrReader): DomainGetMessagesArgs {
  return {
    dom: readDomain(r),
    flags: r.uint(),
  };
}

/** struct remote_domain_get_messages_ret */
export interface DomainGetMessagesRet {
  readonly msgs: readonly string[];
}
export function writeDomainGetMessagesRet(w: XdrWriter, v: DomainGetMessagesRet): void {
  w.array(v.msgs, 2048, (w, v) => w.string(v, 4194304));
}

/** struct remote_domain_get_autostart_args */
export interface DomainGetAutostartArgs {
  readonly dom: Domain;
}
export function readDomainGetAutostartArgs(r: XdrReader): DomainGetAutostartArgs {
  return {
    dom: readDomain(r),
  };
}

/** struct remote_domain_get_autostart_ret */
export interface DomainGetAutostartRet {
  readonly autostart: number;
}
export function writeDomainGetAutostartRet(w: XdrWriter, v: DomainGetAutostartRet): void {
  w.int(v.autostart);
}

/** struct remote_domain_set_autostart_args */
export interface DomainSetAutostartArgs {
  readonly dom: Domain;
  readonly autostart: number;
}
export function readDomainSetAutostartArgs(r: XdrReader): DomainSetAutostartArgs {
  return {
    dom: readDomain(r),
    autostart: r.int(),
  };
}

/** struct remote_domain_set_metadata_args */
export interface DomainSetMetadataArgs {
  readonly dom: Domain;
  readonly type: number;
  readonly metadata: string | null;
  readonly key: string | null;
  readonly uri: string | null;
  readonly flags: number;
}
export function readDomainSetMetadataArgs(r: XdrReader): DomainSetMetadataArgs {
  return {
    dom: readDomain(r),
    type: r.int(),
    metadata: r.bool() ? r.string(4194304) : null,
    key: r.bool() ? r.string(4194304) : null,
    uri: r.bool() ? r.string(4194304) : null,
    flags: r.uint(),
  };
}

/** struct remote_domain_get_metadata_args */
export interface DomainGetMetadataArgs {
  readonly dom: Domain;
  readonly type: number;
  readonly uri: string | null;
  readonly flags: number;
}
export function readDomainGetMetadataArgs(r: XdrReader): DomainGetMetadataArgs {
  return {
    dom: readDomain(r),
    type: r.int(),
    uri: r.bool() ? r.string(4194304) : null,
    flags: r.uint(),
  };
}

/** struct remote_domain_get_metadata_ret */
export interface DomainGetMetadataRet {
  readonly metadata: string;
}
export function writeDomainGetMetadataRet(w: XdrWriter, v: DomainGetMetadataRet): void {
  w.string(v.metadata, 4194304);
}

/** struct remote_domain_attach_device_flags_args */
export interface DomainAttachDeviceFlagsArgs {
  readonly dom: Domain;
  readonly xml: string;
  readonly flags: number;
}
export function readDomainAttachDeviceFlagsArgs(r: XdrReader): DomainAttachDeviceFlagsArgs {
  return {
    dom: readDomain(r),
    xml: r.string(4194304),
    flags: r.uint(),
  };
}

/** struct remote_domain_detach_device_flags_args */
export interface DomainDetachDeviceFlagsArgs {
  readonly dom: Domain;
  readonly xml: string;
  readonly flags: number;
}
export function readDomainDetachDeviceFlagsArgs(r: XdrReader): DomainDetachDeviceFlagsArgs {
  return {
    dom: readDomain(r),
    xml: r.string(4194304),
    flags: r.uint(),
  };
}

/** struct remote_domain_update_device_flags_args */
export interface DomainUpdateDeviceFlagsArgs {
  readonly dom: Domain;
  readonly xml: string;
  readonly flags: number;
}
export function readDomainUpdateDeviceFlagsArgs(r: XdrReader): DomainUpdateDeviceFlagsArgs {
  return {
    dom: readDomain(r),
    xml: r.string(4194304),
    flags: r.uint(),
  };
}

/** struct remote_domain_detach_device_alias_args */
export interface DomainDetachDeviceAliasArgs {
  readonly dom: Domain;
  readonly alias: string;
  readonly flags: number;
}
export function readDomainDetachDeviceAliasArgs(r: XdrReader): DomainDetachDeviceAliasArgs {
  return {
    dom: readDomain(r),
    alias: r.string(4194304),
    flags: r.uint(),
  };
}

/** struct remote_domain_save_flags_args */
export interface DomainSaveFlagsArgs {
  readonly dom: Domain;
  readonly to: string;
  readonly dxml: string | null;
  readonly flags: number;
}
export function readDomainSaveFlagsArgs(r: XdrReader): DomainSaveFlagsArgs {
  return {
    dom: readDomain(r),
    to: r.string(4194304),
    dxml: r.bool() ? r.string(4194304) : null,
    flags: r.uint(),
  };
}

/** struct remote_domain_restore_flags_args */
export interface DomainRestoreFlagsArgs {
  readonly from: string;
  readonly dxml: string | null;
  readonly flags: number;
}
export function readDomainRestoreFlagsArgs(r: XdrReader): DomainRestoreFlagsArgs {
  return {
    from: r.string(4194304),
    dxml: r.bool() ? r.string(4194304) : null,
    flags: r.uint(),
  };
}

/** struct remote_domain_managed_save_args */
export interface DomainManagedSaveArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function readDomainManagedSaveArgs(r: XdrReader): DomainManagedSaveArgs {
  return {
    dom: readDomain(r),
    flags: r.uint(),
  };
}

/** struct remote_domain_managed_save_remove_args */
export interface DomainManagedSaveRemoveArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function readDomainManagedSaveRemoveArgs(r: XdrReader): DomainManagedSaveRemoveArgs {
  return {
    dom: readDomain(r),
    flags: r.uint(),
  };
}

/** struct remote_domain_has_managed_save_image_args */
export interface DomainHasManagedSaveImageArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function readDomainHasManagedSaveImageArgs(r: XdrReader): DomainHasManagedSaveImageArgs {
  return {
    dom: readDomain(r),
    flags: r.uint(),
  };
}

/** struct remote_domain_has_managed_save_image_ret */
export interface DomainHasManagedSaveImageRet {
  readonly result: number;
}
export function writeDomainHasManagedSaveImageRet(w: XdrWriter, v: DomainHasManagedSaveImageRet): void {
  w.int(v.result);
}

/** struct remote_domain_core_dump_with_format_args */
export interface DomainCoreDumpWithFormatArgs {
  readonly dom: Domain;
  readonly to: string;
  readonly dumpformat: number;
  readonly flags: number;
}
export function readDomainCoreDumpWithFormatArgs(r: XdrReader): DomainCoreDumpWithFormatArgs {
  return {
    dom: readDomain(r),
    to: r.string(4194304),
    dumpformat: r.uint(),
    flags: r.uint(),
  };
}

/** struct remote_domain_block_stats_args */
export interface DomainBlockStatsArgs {
  readonly dom: Domain;
  readonly path: string;
}
export function readDomainBlockStatsArgs(r: XdrReader): DomainBlockStatsArgs {
  return {
    dom: readDomain(r),
    path: r.string(4194304),
  };
}

/** struct remote_domain_block_stats_ret */
export interface DomainBlockStatsRet {
  readonly rdReq: bigint;
  readonly rdBytes: bigint;
  readonly wrReq: bigint;
  readonly wrBytes: bigint;
  readonly errs: bigint;
}
export function writeDomainBlockStatsRet(w: XdrWriter, v: DomainBlockStatsRet): void {
  w.hyper(v.rdReq);
  w.hyper(v.rdBytes);
  w.hyper(v.wrReq);
  w.hyper(v.wrBytes);
  w.hyper(v.errs);
}

/** struct remote_domain_block_stats_flags_args */
export interface DomainBlockStatsFlagsArgs {
  readonly dom: Domain;
  readonly path: string;
  readonly nparams: number;
  readonly flags: number;
}
export function readDomainBlockStatsFlagsArgs(r: XdrReader): DomainBlockStatsFlagsArgs {
  return {
    dom: readDomain(r),
    path: r.string(4194304),
    nparams: r.int(),
    flags: r.uint(),
  };
}

/** struct remote_domain_block_stats_flags_ret */
export interface DomainBlockStatsFlagsRet {
  readonly params: readonly TypedParam[];
  readonly nparams: number;
}
export function writeDomainBlockStatsFlagsRet(w: XdrWriter, v: DomainBlockStatsFlagsRet): void {
  w.array(v.params, 16, writeTypedParam);
  w.int(v.nparams);
}

/** struct remote_domain_interface_stats_args */
export interface DomainInterfaceStatsArgs {
  readonly dom: Domain;
  readonly device: string;
}
export function readDomainInterfaceStatsArgs(r: XdrReader): DomainInterfaceStatsArgs {
  return {
    dom: readDomain(r),
    device: r.string(4194304),
  };
}

/** struct remote_domain_interface_stats_ret */
export interface DomainInterfaceStatsRet {
  readonly rxBytes: bigint;
  readonly rxPackets: bigint;
  readonly rxErrs: bigint;
  readonly rxDrop: bigint;
  readonly txBytes: bigint;
  readonly txPackets: bigint;
  readonly txErrs: bigint;
  readonly txDrop: bigint;
}
export function writeDomainInterfaceStatsRet(w: XdrWriter, v: DomainInterfaceStatsRet): void {
  w.hyper(v.rxBytes);
  w.hyper(v.rxPackets);
  w.hyper(v.rxErrs);
  w.hyper(v.rxDrop);
  w.hyper(v.txBytes);
  w.hyper(v.txPackets);
  w.hyper(v.txErrs);
  w.hyper(v.txDrop);
}

/** struct remote_domain_memory_stats_args */
export interface DomainMemoryStatsArgs {
  readonly dom: Domain;
  readonly maxStats: number;
  readonly flags: number;
}
export function readDomainMemoryStatsArgs(r: XdrReader): DomainMemoryStatsArgs {
  return {
    dom: readDomain(r),
    maxStats: r.uint(),
    flags: r.uint(),
  };
}

/** struct remote_domain_memory_stat */
export interface DomainMemoryStat {
  readonly tag: number;
  readonly val: bigint;
}
export function writeDomainMemoryStat(w: XdrWriter, v: DomainMemoryStat): void {
  w.int(v.tag);
  w.uhyper(v.val);
}

/** struct remote_domain_memory_stats_ret */
export interface DomainMemoryStatsRet {
  readonly stats: readonly DomainMemoryStat[];
}
export function writeDomainMemoryStatsRet(w: XdrWriter, v: DomainMemoryStatsRet): void {
  w.array(v.stats, 1024, writeDomainMemoryStat);
}

/** struct remote_domain_get_cpu_stats_args */
export interface DomainGetCPUStatsArgs {
  readonly dom: Domain;
  readonly nparams: number;
  readonly startCpu: number;
  readonly ncpus: number;
  readonly flags: number;
}
export function readDomainGetCPUStatsArgs(r: XdrReader): DomainGetCPUStatsArgs {
  return {
    dom: readDomain(r),
    nparams: r.uint(),
    startCpu: r.int(),
    ncpus: r.uint(),
    flags: r.uint(),
  };
}

/** struct remote_domain_get_cpu_stats_ret */
export interface DomainGetCPUStatsRet {
  readonly params: readonly TypedParam[];
  readonly nparams: number;
}
export function writeDomainGetCPUStatsRet(w: XdrWriter, v: DomainGetCPUStatsRet): void {
  w.array(v.params, 2048, writeTypedParam);
  w.int(v.nparams);
}

/** struct remote_domain_set_memory_stats_period_args */
export interface DomainSetMemoryStatsPeriodArgs {
  readonly dom: Domain;
  readonly period: number;
  readonly flags: number;
}
export function readDomainSetMemoryStatsPeriodArgs(r: XdrReader): DomainSetMemoryStatsPeriodArgs {
  return {
    dom: readDomain(r),
    period: r.int(),
    flags: r.uint(),
  };
}

/** struct remote_domain_get_disk_errors_args */
export interface DomainGetDiskErrorsArgs {
  readonly dom: Domain;
  readonly maxerrors: number;
  readonly flags: number;
}
export function readDomainGetDiskErrorsArgs(r: XdrReader): DomainGetDiskErrorsArgs {
  return {
    dom: readDomain(r),
    maxerrors: r.uint(),
    flags: r.uint(),
  };
}

/** struct remote_domain_disk_error */
export interface DomainDiskError {
  readonly disk: string;
  readonly error: number;
}
export function writeDomainDiskError(w: XdrWriter, v: DomainDiskError): void {
  w.string(v.disk, 4194304);
  w.int(v.error);
}

/** struct remote_domain_get_disk_errors_ret */
export interface DomainGetDiskErrorsRet {
  readonly errors: readonly DomainDiskError[];
  readonly nerrors: number;
}
export function writeDomainGetDiskErrorsRet(w: XdrWriter, v: DomainGetDiskErrorsRet): void {
  w.array(v.errors, 256, writeDomainDiskError);
  w.int(v.nerrors);
}

/** struct remote_domain_get_block_info_args */
export interface DomainGetBlockInfoArgs {
  readonly dom: Domain;
  readonly path: string;
  readonly flags: number;
}
export function readDomainGetBlockInfoArgs(r: XdrReader): DomainGetBlockInfoArgs {
  return {
    dom: readDomain(r),
    path: r.string(4194304),
    flags: r.uint(),
  };
}

/** struct remote_domain_get_block_info_ret */
export interface DomainGetBlockInfoRet {
  readonly allocation: bigint;
  readonly capacity: bigint;
  readonly physical: bigint;
}
export function writeDomainGetBlockInfoRet(w: XdrWriter, v: DomainGetBlockInfoRet): void {
  w.uhyper(v.allocation);
  w.uhyper(v.capacity);
  w.uhyper(v.physical);
}

/** struct remote_domain_block_resize_args */
export interface DomainBlockResizeArgs {
  readonly dom: Domain;
  readonly disk: string;
  readonly size: bigint;
  readonly flags: number;
}
export function readDomainBlockResizeArgs(r: XdrReader): DomainBlockResizeArgs {
  return {
    dom: readDomain(r),
    disk: r.string(4194304),
    size: r.uhyper(),
    flags: r.uint(),
  };
}

/** struct remote_domain_block_peek_args */
export interface DomainBlockPeekArgs {
  readonly dom: Domain;
  readonly path: string;
  readonly offset: bigint;
  readonly size: number;
  readonly flags: number;
}
export function readDomainBlockPeekArgs(r: XdrReader): DomainBlockPeekArgs {
  return {
    dom: readDomain(r),
    path: r.string(4194304),
    offset: r.uhyper(),
    size: r.uint(),
    flags: r.uint(),
  };
}

/** struct remote_domain_block_peek_ret */
export interface DomainBlockPeekRet {
  readonly buffer: Uint8Array;
}
export function writeDomainBlockPeekRet(w: XdrWriter, v: DomainBlockPeekRet): void {
  w.opaque(v.buffer, 4194304);
}

export function readTypedParamValue(r: XdrReader): TypedParamValue {
  const type = r.int();
  switch (type) {
    case 1:
      return { type: 1, i: r.int() };
    case 2:
      return { type: 2, ui: r.uint() };
    case 3:
      return { type: 3, l: r.hyper() };
    case 4:
      return { type: 4, ul: r.uhyper() };
    case 5:
      return { type: 5, d: r.double() };
    case 6:
      return { type: 6, b: r.int() };
    case 7:
      return { type: 7, s: r.string(4194304) };
    default:
      throw new XdrError(`remote_typed_param_value has no arm ${type}`);
  }
}

export function readTypedParam(r: XdrReader): TypedParam {
  return {
    field: r.string(4194304),
    value: readTypedParamValue(r),
  };
}

/** struct remote_domain_block_copy_args */
export interface DomainBlockCopyArgs {
  readonly dom: Domain;
  readonly path: string;
  readonly destxml: string;
  readonly params: readonly TypedParam[];
  readonly flags: number;
}
export function readDomainBlockCopyArgs(r: XdrReader): DomainBlockCopyArgs {
  return {
    dom: readDomain(r),
    path: r.string(4194304),
    destxml: r.string(4194304),
    params: r.array(16, readTypedParam),
    flags: r.uint(),
  };
}

/** struct remote_domain_block_rebase_args */
export interface DomainBlockRebaseArgs {
  readonly dom: Domain;
  readonly path: string;
  readonly base: string | null;
  readonly bandwidth: bigint;
  readonly flags: number;
}
export function readDomainBlockRebaseArgs(r: XdrReader): DomainBlockRebaseArgs {
  return {
    dom: readDomain(r),
    path: r.string(4194304),
    base: r.bool() ? r.string(4194304) : null,
    bandwidth: r.uhyper(),
    flags: r.uint(),
  };
}

/** struct remote_domain_block_commit_args */
export interface DomainBlockCommitArgs {
  readonly dom: Domain;
  readonly disk: string;
  readonly base: string | null;
  readonly top: string | null;
  readonly bandwidth: bigint;
  readonly flags: number;
}
export function readDomainBlockCommitArgs(r: XdrReader): DomainBlockCommitArgs {
  return {
    dom: readDomain(r),
    disk: r.string(4194304),
    base: r.bool() ? r.string(4194304) : null,
    top: r.bool() ? r.string(4194304) : null,
    bandwidth: r.uhyper(),
    flags: r.uint(),
  };
}

/** struct remote_domain_block_pull_args */
export interface DomainBlockPullArgs {
  readonly dom: Domain;
  readonly path: string;
  readonly bandwidth: bigint;
  readonly flags: number;
}
export function readDomainBlockPullArgs(r: XdrReader): DomainBlockPullArgs {
  return {
    dom: readDomain(r),
    path: r.string(4194304),
    bandwidth: r.uhyper(),
    flags: r.uint(),
  };
}

/** struct remote_domain_get_block_job_info_args */
export interface DomainGetBlockJobInfoArgs {
  readonly dom: Domain;
  readonly path: string;
  readonly flags: number;
}
export function readDomainGetBlockJobInfoArgs(r: XdrReader): DomainGetBlockJobInfoArgs {
  return {
    dom: readDomain(r),
    path: r.string(4194304),
    flags: r.uint(),
  };
}

/** struct remote_domain_get_block_job_info_ret */
export interface DomainGetBlockJobInfoRet {
  readonly found: number;
  readonly type: number;
  readonly bandwidth: bigint;
  readonly cur: bigint;
  readonly end: bigint;
}
export function writeDomainGetBlockJobInfoRet(w: XdrWriter, v: DomainGetBlockJobInfoRet): void {
  w.int(v.found);
  w.int(v.type);
  w.uhyper(v.bandwidth);
  w.uhyper(v.cur);
  w.uhyper(v.end);
}

/** struct remote_domain_block_job_abort_args */
export interface DomainBlockJobAbortArgs {
  readonly dom: Domain;
  readonly path: string;
  readonly flags: number;
}
export function readDomainBlockJobAbortArgs(r: XdrReader): DomainBlockJobAbortArgs {
  return {
    dom: readDomain(r),
    path: r.string(4194304),
    flags: r.uint(),
  };
}

/** struct remote_domain_block_job_set_speed_args */
export interface DomainBlockJobSetSpeedArgs {
  readonly dom: Domain;
  readonly path: string;
  readonly bandwidth: bigint;
  readonly flags: number;
}
export function readDomainBlockJobSetSpeedArgs(r: XdrReader): DomainBlockJobSetSpeedArgs {
  return {
    dom: readDomain(r),
    path: r.string(4194304),
    bandwidth: r.uhyper(),
    flags: r.uint(),
  };
}

/** struct remote_domain_set_block_io_tune_args */
export interface DomainSetBlockIoTuneArgs {
  readonly dom: Domain;
  readonly disk: string;
  readonly params: readonly TypedParam[];
  readonly flags: number;
}
export function readDomainSetBlockIoTuneArgs(r: XdrReader): DomainSetBlockIoTuneArgs {
  return {
    dom: readDomain(r),
    disk: r.string(4194304),
    params: r.array(32, readTypedParam),
    flags: r.uint(),
  };
}

/** struct remote_domain_get_block_io_tune_args */
export interface DomainGetBlockIoTuneArgs {
  readonly dom: Domain;
  readonly disk: string | null;
  readonly nparams: number;
  readonly flags: number;
}
export function readDomainGetBlockIoTuneArgs(r: XdrReader): DomainGetBlockIoTuneArgs {
  return {
    dom: readDomain(r),
    disk: r.bool() ? r.string(4194304) : null,
    nparams: r.int(),
    flags: r.uint(),
  };
}

/** struct remote_domain_get_block_io_tune_ret */
export interface DomainGetBlockIoTuneRet {
  readonly params: readonly TypedParam[];
  readonly nparams: number;
}
export function writeDomainGetBlockIoTuneRet(w: XdrWriter, v: DomainGetBlockIoTuneRet): void {
  w.array(v.params, 32, writeTypedParam);
  w.int(v.nparams);
}

/** struct remote_domain_set_block_threshold_args */
export interface DomainSetBlockThresholdArgs {
  readonly dom: Domain;
  readonly dev: string;
  readonly threshold: bigint;
  readonly flags: number;
}
export function readDomainSetBlockThresholdArgs(r: XdrReader): DomainSetBlockThresholdArgs {
  return {
    dom: readDomain(r),
    dev: r.string(4194304),
    threshold: r.uhyper(),
    flags: r.uint(),
  };
}

/** struct remote_domain_snapshot_create_xml_args */
export interface DomainSnapshotCreateXMLArgs {
  readonly dom: Domain;
  readonly xmlDesc: string;
  readonly flags: number;
}
export function readDomainSnapshotCreateXMLArgs(r: XdrReader): DomainSnapshotCreateXMLArgs {
  return {
    dom: readDomain(r),
    xmlDesc: r.string(4194304),
    flags: r.uint(),
  };
}

/** struct remote_nonnull_domain_snapshot */
export interface DomainSnapshot {
  readonly name: string;
  readonly dom: Domain;
}
export function writeDomainSnapshot(w: XdrWriter, v: DomainSnapshot): void {
  w.string(v.name, 4194304);
  writeDomain(w, v.dom);
}

/** struct remote_domain_snapshot_create_xml_ret */
export interface DomainSnapshotCreateXMLRet {
  readonly snap: DomainSnapshot;
}
export function writeDomainSnapshotCreateXMLRet(w: XdrWriter, v: DomainSnapshotCreateXMLRet): void {
  writeDomainSnapshot(w, v.snap);
}

export function readDomainSnapshot(r: XdrReader): DomainSnapshot {
  return {
    name: r.string(4194304),
    dom: readDomain(r),
  };
}

/** struct remote_domain_snapshot_delete_args */
export interface DomainSnapshotDeleteArgs {
  readonly snap: DomainSnapshot;
  readonly flags: number;
}
export function readDomainSnapshotDeleteArgs(r: XdrReader): DomainSnapshotDeleteArgs {
  return {
    snap: readDomainSnapshot(r),
    flags: r.uint(),
  };
}

/** struct remote_domain_snapshot_lookup_by_name_args */
export interface DomainSnapshotLookupByNameArgs {
  readonly dom: Domain;
  readonly name: string;
  readonly flags: number;
}
export function readDomainSnapshotLookupByNameArgs(r: XdrReader): DomainSnapshotLookupByNameArgs {
  return {
    dom: readDomain(r),
    name: r.string(4194304),
    flags: r.uint(),
  };
}

/** struct remote_domain_snapshot_lookup_by_name_ret */
export interface DomainSnapshotLookupByNameRet {
  readonly snap: DomainSnapshot;
}
export function writeDomainSnapshotLookupByNameRet(w: XdrWriter, v: DomainSnapshotLookupByNameRet): void {
  writeDomainSnapshot(w, v.snap);
}

/** struct remote_domain_snapshot_get_xml_desc_args */
export interface DomainSnapshotGetXMLDescArgs {
  readonly snap: DomainSnapshot;
  readonly flags: number;
}
export function readDomainSnapshotGetXMLDescArgs(r: XdrReader): DomainSnapshotGetXMLDescArgs {
  return {
    snap: readDomainSnapshot(r),
    flags: r.uint(),
  };
}

/** struct remote_domain_snapshot_get_xml_desc_ret */
export interface DomainSnapshotGetXMLDescRet {
  readonly xml: string;
}
export function writeDomainSnapshotGetXMLDescRet(w: XdrWriter, v: DomainSnapshotGetXMLDescRet): void {
  w.string(v.xml, 4194304);
}

/** struct remote_domain_list_all_snapshots_args */
export interface DomainListAllSnapshotsArgs {
  readonly dom: Domain;
  readonly needResults: number;
  readonly flags: number;
}
export function readDomainListAllSnapshotsArgs(r: XdrReader): DomainListAllSnapshotsArgs {
  return {
    dom: readDomain(r),
    needResults: r.int(),
    flags: r.uint(),
  };
}

/** struct remote_domain_list_all_snapshots_ret */
export interface DomainListAllSnapshotsRet {
  readonly snapshots: readonly DomainSnapshot[];
  readonly ret: number;
}
export function writeDomainListAllSnapshotsRet(w: XdrWriter, v: DomainListAllSnapshotsRet): void {
  w.array(v.snapshots, 16384, writeDomainSnapshot);
  w.int(v.ret);
}

/** struct remote_domain_revert_to_snapshot_args */
export interface DomainRevertToSnapshotArgs {
  readonly snap: DomainSnapshot;
  readonly flags: number;
}
export function readDomainRevertToSnapshotArgs(r: XdrReader): DomainRevertToSnapshotArgs {
  return {
    snap: readDomainSnapshot(r),
    flags: r.uint(),
  };
}

/** struct remote_domain_screenshot_args */
export interface DomainScreenshotArgs {
  readonly dom: Domain;
  readonly screen: number;
  readonly flags: number;
}
export function readDomainScreenshotArgs(r: XdrReader): DomainScreenshotArgs {
  return {
    dom: readDomain(r),
    screen: r.uint(),
    flags: r.uint(),
  };
}

/** struct remote_domain_screenshot_ret */
export interface DomainScreenshotRet {
  readonly mime: string | null;
}
export function writeDomainScreenshotRet(w: XdrWriter, v: DomainScreenshotRet): void {
  if (w.present(v.mime)) w.string(v.mime, 4194304);
}

/** struct remote_domain_open_console_args */
export interface DomainOpenConsoleArgs {
  readonly dom: Domain;
  readonly devName: string | null;
  readonly flags: number;
}
export function readDomainOpenConsoleArgs(r: XdrReader): DomainOpenConsoleArgs {
  return {
    dom: readDomain(r),
    devName: r.bool() ? r.string(4194304) : null,
    flags: r.uint(),
  };
}

/** struct remote_domain_open_channel_args */
export interface DomainOpenChannelArgs {
  readonly dom: Domain;
  readonly name: string | null;
  readonly flags: number;
}
export function readDomainOpenChannelArgs(r: XdrReader): DomainOpenChannelArgs {
  return {
    dom: readDomain(r),
    name: r.bool() ? r.string(4194304) : null,
    flags: r.uint(),
  };
}

/** struct remote_domain_send_key_args */
export interface DomainSendKeyArgs {
  readonly dom: Domain;
  readonly codeset: number;
  readonly holdtime: number;
  readonly keycodes: readonly number[];
  readonly flags: number;
}
export function readDomainSendKeyArgs(r: XdrReader): DomainSendKeyArgs {
  return {
    dom: readDomain(r),
    codeset: r.uint(),
    holdtime: r.uint(),
    keycodes: r.array(16, (r) => r.uint()),
    flags: r.uint(),
  };
}

/** struct remote_domain_get_vcpus_args */
export interface DomainGetVcpusArgs {
  readonly dom: Domain;
  readonly maxinfo: number;
  readonly maplen: number;
}
export function readDomainGetVcpusArgs(r: XdrReader): DomainGetVcpusArgs {
  return {
    dom: readDomain(r),
    maxinfo: r.int(),
    maplen: r.int(),
  };
}

/** struct remote_vcpu_info */
export interface VcpuInfo {
  readonly number: number;
  readonly state: number;
  readonly cpuTime: bigint;
  readonly cpu: number;
}
export function writeVcpuInfo(w: XdrWriter, v: VcpuInfo): void {
  w.uint(v.number);
  w.int(v.state);
  w.uhyper(v.cpuTime);
  w.int(v.cpu);
}

/** struct remote_domain_get_vcpus_ret */
export interface DomainGetVcpusRet {
  readonly info: readonly VcpuInfo[];
  readonly cpumaps: Uint8Array;
}
export function writeDomainGetVcpusRet(w: XdrWriter, v: DomainGetVcpusRet): void {
  w.array(v.info, 16384, writeVcpuInfo);
  w.opaque(v.cpumaps, 8388608);
}

/** struct remote_domain_get_vcpus_flags_args */
export interface DomainGetVcpusFlagsArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function readDomainGetVcpusFlagsArgs(r: XdrReader): DomainGetVcpusFlagsArgs {
  return {
    dom: readDomain(r),
    flags: r.uint(),
  };
}

/** struct remote_domain_get_vcpus_flags_ret */
export interface DomainGetVcpusFlagsRet {
  readonly num: number;
}
export function writeDomainGetVcpusFlagsRet(w: XdrWriter, v: DomainGetVcpusFlagsRet): void {
  w.int(v.num);
}

/** struct remote_domain_set_vcpus_flags_args */
export interface DomainSetVcpusFlagsArgs {
  readonly dom: Domain;
  readonly nvcpus: number;
  readonly flags: number;
}
export function readDomainSetVcpusFlagsArgs(r: XdrReader): DomainSetVcpusFlagsArgs {
  return {
    dom: readDomain(r),
    nvcpus: r.uint(),
    flags: r.uint(),
  };
}

/** struct remote_domain_get_max_vcpus_args */
export interface DomainGetMaxVcpusArgs {
  readonly dom: Domain;
}
export function readDomainGetMaxVcpusArgs(r: XdrReader): DomainGetMaxVcpusArgs {
  return {
    dom: readDomain(r),
  };
}

/** struct remote_domain_get_max_vcpus_ret */
export interface DomainGetMaxVcpusRet {
  readonly num: number;
}
export function writeDomainGetMaxVcpusRet(w: XdrWriter, v: DomainGetMaxVcpusRet): void {
  w.int(v.num);
}

/** struct remote_domain_pin_vcpu_flags_args */
export interface DomainPinVcpuFlagsArgs {
  readonly dom: Domain;
  readonly vcpu: number;
  readonly cpumap: Uint8Array;
  readonly flags: number;
}
export function readDomainPinVcpuFlagsArgs(r: XdrReader): DomainPinVcpuFlagsArgs {
  return {
    dom: readDomain(r),
    vcpu: r.uint(),
    cpumap: r.opaque(2048),
    flags: r.uint(),
  };
}

/** struct remote_domain_get_max_memory_args */
export interface DomainGetMaxMemoryArgs {
  readonly dom: Domain;
}
export function readDomainGetMaxMemoryArgs(r: XdrReader): DomainGetMaxMemoryArgs {
  return {
    dom: readDomain(r),
  };
}

/** struct remote_domain_get_max_memory_ret */
export interface DomainGetMaxMemoryRet {
  readonly memory: bigint;
}
export function writeDomainGetMaxMemoryRet(w: XdrWriter, v: DomainGetMaxMemoryRet): void {
  w.uhyper(v.memory);
}

/** struct remote_domain_set_memory_flags_args */
export interface DomainSetMemoryFlagsArgs {
  readonly dom: Domain;
  readonly memory: bigint;
  readonly flags: number;
}
export function readDomainSetMemoryFlagsArgs(r: XdrReader): DomainSetMemoryFlagsArgs {
  return {
    dom: readDomain(r),
    memory: r.uhyper(),
    flags: r.uint(),
  };
}

/** struct remote_domain_set_interface_parameters_args */
export interface DomainSetInterfaceParametersArgs {
  readonly dom: Domain;
  readonly device: string;
  readonly params: readonly TypedParam[];
  readonly flags: number;
}
export function readDomainSetInterfaceParametersArgs(r: XdrReader): DomainSetInterfaceParametersArgs {
  return {
    dom: readDomain(r),
    device: r.string(4194304),
    params: r.array(16, readTypedParam),
    flags: r.uint(),
  };
}

/** struct remote_domain_set_scheduler_parameters_flags_args */
export interface DomainSetSchedulerParametersFlagsArgs {
  readonly dom: Domain;
  readonly params: readonly TypedParam[];
  readonly flags: number;
}
export function readDomainSetSchedulerParametersFlagsArgs(r: XdrReader): DomainSetSchedulerParametersFlagsArgs {
  return {
    dom: readDomain(r),
    params: r.array(16, readTypedParam),
    flags: r.uint(),
  };
}

/** struct remote_domain_get_scheduler_parameters_flags_args */
export interface DomainGetSchedulerParametersFlagsArgs {
  readonly dom: Domain;
  readonly nparams: number;
  readonly flags: number;
}
export function readDomainGetSchedulerParametersFlagsArgs(r: XdrReader): DomainGetSchedulerParametersFlagsArgs {
  return {
    dom: readDomain(r),
    nparams: r.int(),
    flags: r.uint(),
  };
}

/** struct remote_domain_get_scheduler_parameters_flags_ret */
export interface DomainGetSchedulerParametersFlagsRet {
  readonly params: readonly TypedParam[];
}
export function writeDomainGetSchedulerParametersFlagsRet(w: XdrWriter, v: DomainGetSchedulerParametersFlagsRet): void {
  w.array(v.params, 16, writeTypedParam);
}

/** struct remote_domain_migrate_begin3_params_args */
export interface DomainMigrateBegin3ParamsArgs {
  readonly dom: Domain;
  readonly params: readonly TypedParam[];
  readonly flags: number;
}
export function readDomainMigrateBegin3ParamsArgs(r: XdrReader): DomainMigrateBegin3ParamsArgs {
  return {
    dom: readDomain(r),
    params: r.array(64, readTypedParam),
    flags: r.uint(),
  };
}

/** struct remote_domain_migrate_begin3_params_ret */
export interface DomainMigrateBegin3ParamsRet {
  readonly cookieOut: Uint8Array;
  readonly xml: string;
}
export function writeDomainMigrateBegin3ParamsRet(w: XdrWriter, v: DomainMigrateBegin3ParamsRet): void {
  w.opaque(v.cookieOut, 4194304);
  w.string(v.xml, 4194304);
}

/** struct remote_domain_migrate_prepare3_params_args */
export interface DomainMigratePrepare3ParamsArgs {
  readonly params: readonly TypedParam[];
  readonly cookieIn: Uint8Array;
  readonly flags: number;
}
export function readDomainMigratePrepare3ParamsArgs(r: XdrReader): DomainMigratePrepare3ParamsArgs {
  return {
    params: r.array(64, readTypedParam),
    cookieIn: r.opaque(4194304),
    flags: r.uint(),
  };
}

/** struct remote_domain_migrate_prepare3_params_ret */
export interface DomainMigratePrepare3ParamsRet {
  readonly cookieOut: Uint8Array;
  readonly uriOut: string | null;
}
export function writeDomainMigratePrepare3ParamsRet(w: XdrWriter, v: DomainMigratePrepare3ParamsRet): void {
  w.opaque(v.cookieOut, 4194304);
  if (w.present(v.uriOut)) w.string(v.uriOut, 4194304);
}

/** struct remote_domain_migrate_perform3_params_args */
export interface DomainMigratePerform3ParamsArgs {
  readonly dom: Domain;
  readonly dconnuri: string | null;
  readonly params: readonly TypedParam[];
  readonly cookieIn: Uint8Array;
  readonly flags: number;
}
export function readDomainMigratePerform3ParamsArgs(r: XdrReader): DomainMigratePerform3ParamsArgs {
  return {
    dom: readDomain(r),
    dconnuri: r.bool() ? r.string(4194304) : null,
    params: r.array(64, readTypedParam),
    cookieIn: r.opaque(4194304),
    flags: r.uint(),
  };
}

/** struct remote_domain_migrate_perform3_params_ret */
export interface DomainMigratePerform3ParamsRet {
  readonly cookieOut: Uint8Array;
}
export function writeDomainMigratePerform3ParamsRet(w: XdrWriter, v: DomainMigratePerform3ParamsRet): void {
  w.opaque(v.cookieOut, 4194304);
}

/** struct remote_domain_migrate_finish3_params_args */
export interface DomainMigrateFinish3ParamsArgs {
  readonly params: readonly TypedParam[];
  readonly cookieIn: Uint8Array;
  readonly flags: number;
  readonly cancelled: number;
}
export function readDomainMigrateFinish3ParamsArgs(r: XdrReader): DomainMigrateFinish3ParamsArgs {
  return {
    params: r.array(64, readTypedParam),
    cookieIn: r.opaque(4194304),
    flags: r.uint(),
    cancelled: r.int(),
  };
}

/** struct remote_domain_migrate_finish3_params_ret */
export interface DomainMigrateFinish3ParamsRet {
  readonly dom: Domain;
  readonly cookieOut: Uint8Array;
}
export function writeDomainMigrateFinish3ParamsRet(w: XdrWriter, v: DomainMigrateFinish3ParamsRet): void {
  writeDomain(w, v.dom);
  w.opaque(v.cookieOut, 4194304);
}

/** struct remote_domain_migrate_confirm3_params_args */
export interface DomainMigrateConfirm3ParamsArgs {
  readonly dom: Domain;
  readonly params: readonly TypedParam[];
  readonly cookieIn: Uint8Array;
  readonly flags: number;
  readonly cancelled: number;
}
export function readDomainMigrateConfirm3ParamsArgs(r: XdrReader): DomainMigrateConfirm3ParamsArgs {
  return {
    dom: readDomain(r),
    params: r.array(64, readTypedParam),
    cookieIn: r.opaque(4194304),
    flags: r.uint(),
    cancelled: r.int(),
  };
}

/** struct remote_domain_migrate_set_max_downtime_args */
export interface DomainMigrateSetMaxDowntimeArgs {
  readonly dom: Domain;
  readonly downtime: bigint;
  readonly flags: number;
}
export function readDomainMigrateSetMaxDowntimeArgs(r: XdrReader): DomainMigrateSetMaxDowntimeArgs {
  return {
    dom: readDomain(r),
    downtime: r.uhyper(),
    flags: r.uint(),
  };
}

/** struct remote_domain_migrate_set_max_speed_args */
export interface DomainMigrateSetMaxSpeedArgs {
  readonly dom: Domain;
  readonly bandwidth: bigint;
  readonly flags: number;
}
export function readDomainMigrateSetMaxSpeedArgs(r: XdrReader): DomainMigrateSetMaxSpeedArgs {
  return {
    dom: readDomain(r),
    bandwidth: r.uhyper(),
    flags: r.uint(),
  };
}

/** struct remote_domain_migrate_get_max_speed_args */
export interface DomainMigrateGetMaxSpeedArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function readDomainMigrateGetMaxSpeedArgs(r: XdrReader): DomainMigrateGetMaxSpeedArgs {
  return {
    dom: readDomain(r),
    flags: r.uint(),
  };
}

/** struct remote_domain_migrate_get_max_speed_ret */
export interface DomainMigrateGetMaxSpeedRet {
  readonly bandwidth: bigint;
}
export function writeDomainMigrateGetMaxSpeedRet(w: XdrWriter, v: DomainMigrateGetMaxSpeedRet): void {
  w.uhyper(v.bandwidth);
}

/** struct remote_domain_migrate_start_post_copy_args */
export interface DomainMigrateStartPostCopyArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function readDomainMigrateStartPostCopyArgs(r: XdrReader): DomainMigrateStartPostCopyArgs {
  return {
    dom: readDomain(r),
    flags: r.uint(),
  };
}

/** struct remote_domain_get_job_info_args */
export interface DomainGetJobInfoArgs {
  readonly dom: Domain;
}
export function readDomainGetJobInfoArgs(r: XdrReader): DomainGetJobInfoArgs {
  return {
    dom: readDomain(r),
  };
}

/** struct remote_domain_get_job_info_ret */
export interface DomainGetJobInfoRet {
  readonly type: number;
  readonly timeElapsed: bigint;
  readonly timeRemaining: bigint;
  readonly dataTotal: bigint;
  readonly dataProcessed: bigint;
  readonly dataRemaining: bigint;
  readonly memTotal: bigint;
  readonly memProcessed: bigint;
  readonly memRemaining: bigint;
  readonly fileTotal: bigint;
  readonly fileProcessed: bigint;
  readonly fileRemaining: bigint;
}
export function writeDomainGetJobInfoRet(w: XdrWriter, v: DomainGetJobInfoRet): void {
  w.int(v.type);
  w.uhyper(v.timeElapsed);
  w.uhyper(v.timeRemaining);
  w.uhyper(v.dataTotal);
  w.uhyper(v.dataProcessed);
  w.uhyper(v.dataRemaining);
  w.uhyper(v.memTotal);
  w.uhyper(v.memProcessed);
  w.uhyper(v.memRemaining);
  w.uhyper(v.fileTotal);
  w.uhyper(v.fileProcessed);
  w.uhyper(v.fileRemaining);
}

/** struct remote_domain_get_job_stats_args */
export interface DomainGetJobStatsArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function readDomainGetJobStatsArgs(r: XdrReader): DomainGetJobStatsArgs {
  return {
    dom: readDomain(r),
    flags: r.uint(),
  };
}

/** struct remote_domain_get_job_stats_ret */
export interface DomainGetJobStatsRet {
  readonly type: number;
  readonly params: readonly TypedParam[];
}
export function writeDomainGetJobStatsRet(w: XdrWriter, v: DomainGetJobStatsRet): void {
  w.int(v.type);
  w.array(v.params, 64, writeTypedParam);
}

/** struct remote_domain_abort_job_args */
export interface DomainAbortJobArgs {
  readonly dom: Domain;
}
export function readDomainAbortJobArgs(r: XdrReader): DomainAbortJobArgs {
  return {
    dom: readDomain(r),
  };
}

/** struct remote_domain_fsfreeze_args */
export interface DomainFSFreezeArgs {
  readonly dom: Domain;
  readonly mountpoints: readonly string[];
  readonly flags: number;
}
export function readDomainFSFreezeArgs(r: XdrReader): DomainFSFreezeArgs {
  return {
    dom: readDomain(r),
    mountpoints: r.array(256, (r) => r.string(4194304)),
    flags: r.uint(),
  };
}

/** struct remote_domain_fsfreeze_ret */
export interface DomainFSFreezeRet {
  readonly filesystems: number;
}
export function writeDomainFSFreezeRet(w: XdrWriter, v: DomainFSFreezeRet): void {
  w.int(v.filesystems);
}

/** struct remote_domain_fsthaw_args */
export interface DomainFSThawArgs {
  readonly dom: Domain;
  readonly mountpoints: readonly string[];
  readonly flags: number;
}
export function readDomainFSThawArgs(r: XdrReader): DomainFSThawArgs {
  return {
    dom: readDomain(r),
    mountpoints: r.array(256, (r) => r.string(4194304)),
    flags: r.uint(),
  };
}

/** struct remote_domain_fsthaw_ret */
export interface DomainFSThawRet {
  readonly filesystems: number;
}
export function writeDomainFSThawRet(w: XdrWriter, v: DomainFSThawRet): void {
  w.int(v.filesystems);
}

/** struct remote_domain_fstrim_args */
export interface DomainFSTrimArgs {
  readonly dom: Domain;
  readonly mountPoint: string | null;
  readonly minimum: bigint;
  readonly flags: number;
}
export function readDomainFSTrimArgs(r: XdrReader): DomainFSTrimArgs {
  return {
    dom: readDomain(r),
    mountPoint: r.bool() ? r.string(4194304) : null,
    minimum: r.uhyper(),
    flags: r.uint(),
  };
}

/** struct remote_domain_get_fsinfo_args */
export interface DomainGetFSInfoArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function readDomainGetFSInfoArgs(r: XdrReader): DomainGetFSInfoArgs {
  return {
    dom: readDomain(r),
    flags: r.uint(),
  };
}

/** struct remote_domain_fsinfo */
export interface DomainFSInfo {
  readonly mountpoint: string;
  readonly name: string;
  readonly fstype: string;
  readonly devAliases: readonly string[];
}
export function writeDomainFSInfo(w: XdrWriter, v: DomainFSInfo): void {
  w.string(v.mountpoint, 4194304);
  w.string(v.name, 4194304);
  w.string(v.fstype, 4194304);
  w.array(v.devAliases, 256, (w, v) => w.string(v, 4194304));
}

/** struct remote_domain_get_fsinfo_ret */
export interface DomainGetFSInfoRet {
  readonly info: readonly DomainFSInfo[];
  readonly ret: number;
}
export function writeDomainGetFSInfoRet(w: XdrWriter, v: DomainGetFSInfoRet): void {
  w.array(v.info, 256, writeDomainFSInfo);
  w.uint(v.ret);
}

/** struct remote_domain_set_time_args */
export interface DomainSetTimeArgs {
  readonly dom: Domain;
  readonly seconds: bigint;
  readonly nseconds: number;
  readonly flags: number;
}
export function readDomainSetTimeArgs(r: XdrReader): DomainSetTimeArgs {
  return {
    dom: readDomain(r),
    seconds: r.hyper(),
    nseconds: r.uint(),
    flags: r.uint(),
  };
}

/** struct remote_domain_get_time_args */
export interface DomainGetTimeArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function readDomainGetTimeArgs(r: XdrReader): DomainGetTimeArgs {
  return {
    dom: readDomain(r),
    flags: r.uint(),
  };
}

/** struct remote_domain_get_time_ret */
export interface DomainGetTimeRet {
  readonly seconds: bigint;
  readonly nseconds: number;
}
export function writeDomainGetTimeRet(w: XdrWriter, v: DomainGetTimeRet): void {
  w.hyper(v.seconds);
  w.uint(v.nseconds);
}

/** struct remote_domain_set_user_password_args */
export interface DomainSetUserPasswordArgs {
  readonly dom: Domain;
  readonly user: string | null;
  readonly password: string | null;
  readonly flags: number;
}
export function readDomainSetUserPasswordArgs(r: XdrReader): DomainSetUserPasswordArgs {
  return {
    dom: readDomain(r),
    user: r.bool() ? r.string(4194304) : null,
    password: r.bool() ? r.string(4194304) : null,
    flags: r.uint(),
  };
}

/** struct remote_domain_interface_addresses_args */
export interface DomainInterfaceAddressesArgs {
  readonly dom: Domain;
  readonly source: number;
  readonly flags: number;
}
export function readDomainInterfaceAddressesArgs(r: XdrReader): DomainInterfaceAddressesArgs {
  return {
    dom: readDomain(r),
    source: r.uint(),
    flags: r.uint(),
  };
}

/** struct remote_domain_ip_addr */
export interface DomainIpAddr {
  readonly type: number;
  readonly addr: string;
  readonly prefix: number;
}
export function writeDomainIpAddr(w: XdrWriter, v: DomainIpAddr): void {
  w.int(v.type);
  w.string(v.addr, 4194304);
  w.uint(v.prefix);
}

/** struct remote_domain_interface */
export interface DomainInterface {
  readonly name: string;
  readonly hwaddr: string | null;
  readonly addrs: readonly DomainIpAddr[];
}
export function writeDomainInterface(w: XdrWriter, v: DomainInterface): void {
  w.string(v.name, 4194304);
  if (w.present(v.hwaddr)) w.string(v.hwaddr, 4194304);
  w.array(v.addrs, 2048, writeDomainIpAddr);
}

/** struct remote_domain_interface_addresses_ret */
export interface DomainInterfaceAddressesRet {
  readonly ifaces: readonly DomainInterface[];
}
export function writeDomainInterfaceAddressesRet(w: XdrWriter, v: DomainInterfaceAddressesRet): void {
  w.array(v.ifaces, 2048, writeDomainInterface);
}

/** struct remote_domain_get_guest_info_args */
export interface DomainGetGuestInfoArgs {
  readonly dom: Domain;
  readonly types: number;
  readonly flags: number;
}
export function readDomainGetGuestInfoArgs(r: XdrReader): DomainGetGuestInfoArgs {
  return {
    dom: readDomain(r),
    types: r.uint(),
    flags: r.uint(),
  };
}

/** struct remote_domain_get_guest_info_ret */
export interface DomainGetGuestInfoRet {
  readonly params: readonly TypedParam[];
}
export function writeDomainGetGuestInfoRet(w: XdrWriter, v: DomainGetGuestInfoRet): void {
  w.array(v.params, 2048, writeTypedParam);
}

/** struct remote_domain_agent_set_response_timeout_args */
export interface DomainAgentSetResponseTimeoutArgs {
  readonly dom: Domain;
  readonly timeout: number;
  readonly flags: number;
}
export function readDomainAgentSetResponseTimeoutArgs(r: XdrReader): DomainAgentSetResponseTimeoutArgs {
  return {
    dom: readDomain(r),
    timeout: r.int(),
    flags: r.uint(),
  };
}

/** struct remote_domain_agent_set_response_timeout_ret */
export interface DomainAgentSetResponseTimeoutRet {
  readonly result: number;
}
export function writeDomainAgentSetResponseTimeoutRet(w: XdrWriter, v: DomainAgentSetResponseTimeoutRet): void {
  w.int(v.result);
}

/** struct remote_connect_list_all_networks_args */
export interface ConnectListAllNetworksArgs {
  readonly needResults: number;
  readonly flags: number;
}
export function readConnectListAllNetworksArgs(r: XdrReader): ConnectListAllNetworksArgs {
  return {
    needResults: r.int(),
    flags: r.uint(),
  };
}

/** struct remote_connect_list_all_networks_ret */
export interface ConnectListAllNetworksRet {
  readonly nets: readonly Network[];
  readonly ret: number;
}
export function writeConnectListAllNetworksRet(w: XdrWriter, v: ConnectListAllNetworksRet): void {
  w.array(v.nets, 16384, writeNetwork);
  w.uint(v.ret);
}

/** struct remote_network_lookup_by_name_args */
export interface NetworkLookupByNameArgs {
  readonly name: string;
}
export function readNetworkLookupByNameArgs(r: XdrReader): NetworkLookupByNameArgs {
  return {
    name: r.string(4194304),
  };
}

/** struct remote_network_lookup_by_name_ret */
export interface NetworkLookupByNameRet {
  readonly net: Network;
}
export function writeNetworkLookupByNameRet(w: XdrWriter, v: NetworkLookupByNameRet): void {
  writeNetwork(w, v.net);
}

export function readNetwork(r: XdrReader): Network {
  return {
    name: r.string(4194304),
    uuid: r.uuid(),
  };
}

/** struct remote_network_get_xml_desc_args */
export interface NetworkGetXMLDescArgs {
  readonly net: Network;
  readonly flags: number;
}
export function readNetworkGetXMLDescArgs(r: XdrReader): NetworkGetXMLDescArgs {
  return {
    net: readNetwork(r),
    flags: r.uint(),
  };
}

/** struct remote_network_get_xml_desc_ret */
export interface NetworkGetXMLDescRet {
  readonly xml: string;
}
export function writeNetworkGetXMLDescRet(w: XdrWriter, v: NetworkGetXMLDescRet): void {
  w.string(v.xml, 4194304);
}

/** struct remote_network_get_bridge_name_args */
export interface NetworkGetBridgeNameArgs {
  readonly net: Network;
}
export function readNetworkGetBridgeNameArgs(r: XdrReader): NetworkGetBridgeNameArgs {
  return {
    net: readNetwork(r),
  };
}

/** struct remote_network_get_bridge_name_ret */
export interface NetworkGetBridgeNameRet {
  readonly name: string;
}
export function writeNetworkGetBridgeNameRet(w: XdrWriter, v: NetworkGetBridgeNameRet): void {
  w.string(v.name, 4194304);
}

/** struct remote_network_is_active_args */
export interface NetworkIsActiveArgs {
  readonly net: Network;
}
export function readNetworkIsActiveArgs(r: XdrReader): NetworkIsActiveArgs {
  return {
    net: readNetwork(r),
  };
}

/** struct remote_network_is_active_ret */
export interface NetworkIsActiveRet {
  readonly active: number;
}
export function writeNetworkIsActiveRet(w: XdrWriter, v: NetworkIsActiveRet): void {
  w.int(v.active);
}

/** struct remote_connect_list_all_storage_pools_args */
export interface ConnectListAllStoragePoolsArgs {
  readonly needResults: number;
  readonly flags: number;
}
export function readConnectListAllStoragePoolsArgs(r: XdrReader): ConnectListAllStoragePoolsArgs {
  return {
    needResults: r.int(),
    flags: r.uint(),
  };
}

/** struct remote_nonnull_storage_pool */
export interface StoragePool {
  readonly name: string;
  readonly uuid: string;
}
export function writeStoragePool(w: XdrWriter, v: StoragePool): void {
  w.string(v.name, 4194304);
  w.uuid(v.uuid);
}

/** struct remote_connect_list_all_storage_pools_ret */
export interface ConnectListAllStoragePoolsRet {
  readonly pools: readonly StoragePool[];
  readonly ret: number;
}
export function writeConnectListAllStoragePoolsRet(w: XdrWriter, v: ConnectListAllStoragePoolsRet): void {
  w.array(v.pools, 16384, writeStoragePool);
  w.uint(v.ret);
}

/** struct remote_storage_pool_lookup_by_name_args */
export interface StoragePoolLookupByNameArgs {
  readonly name: string;
}
export function readStoragePoolLookupByNameArgs(r: XdrReader): StoragePoolLookupByNameArgs {
  return {
    name: r.string(4194304),
  };
}

/** struct remote_storage_pool_lookup_by_name_ret */
export interface StoragePoolLookupByNameRet {
  readonly pool: StoragePool;
}
export function writeStoragePoolLookupByNameRet(w: XdrWriter, v: StoragePoolLookupByNameRet): void {
  writeStoragePool(w, v.pool);
}

export function readStoragePool(r: XdrReader): StoragePool {
  return {
    name: r.string(4194304),
    uuid: r.uuid(),
  };
}

/** struct remote_storage_pool_refresh_args */
export interface StoragePoolRefreshArgs {
  readonly pool: StoragePool;
  readonly flags: number;
}
export function readStoragePoolRefreshArgs(r: XdrReader): StoragePoolRefreshArgs {
  return {
    pool: readStoragePool(r),
    flags: r.uint(),
  };
}

/** struct remote_storage_pool_get_info_args */
export interface StoragePoolGetInfoArgs {
  readonly pool: StoragePool;
}
export function readStoragePoolGetInfoArgs(r: XdrReader): StoragePoolGetInfoArgs {
  return {
    pool: readStoragePool(r),
  };
}

/** struct remote_storage_pool_get_info_ret */
export interface StoragePoolGetInfoRet {
  readonly state: number;
  readonly capacity: bigint;
  readonly allocation: bigint;
  readonly available: bigint;
}
export function writeStoragePoolGetInfoRet(w: XdrWriter, v: StoragePoolGetInfoRet): void {
  w.uint(v.state);
  w.uhyper(v.capacity);
  w.uhyper(v.allocation);
  w.uhyper(v.available);
}

/** struct remote_storage_pool_get_xml_desc_args */
export interface StoragePoolGetXMLDescArgs {
  readonly pool: StoragePool;
  readonly flags: number;
}
export function readStoragePoolGetXMLDescArgs(r: XdrReader): StoragePoolGetXMLDescArgs {
  return {
    pool: readStoragePool(r),
    flags: r.uint(),
  };
}

/** struct remote_storage_pool_get_xml_desc_ret */
export interface StoragePoolGetXMLDescRet {
  readonly xml: string;
}
export function writeStoragePoolGetXMLDescRet(w: XdrWriter, v: StoragePoolGetXMLDescRet): void {
  w.string(v.xml, 4194304);
}

/** struct remote_storage_pool_list_all_volumes_args */
export interface StoragePoolListAllVolumesArgs {
  readonly pool: StoragePool;
  readonly needResults: number;
  readonly flags: number;
}
export function readStoragePoolListAllVolumesArgs(r: XdrReader): StoragePoolListAllVolumesArgs {
  return {
    pool: readStoragePool(r),
    needResults: r.int(),
    flags: r.uint(),
  };
}

/** struct remote_nonnull_storage_vol */
export interface StorageVol {
  readonly pool: string;
  readonly name: string;
  readonly key: string;
}
export function writeStorageVol(w: XdrWriter, v: StorageVol): void {
  w.string(v.pool, 4194304);
  w.string(v.name, 4194304);
  w.string(v.key, 4194304);
}

/** struct remote_storage_pool_list_all_volumes_ret */
export interface StoragePoolListAllVolumesRet {
  readonly vols: readonly StorageVol[];
  readonly ret: number;
}
export function writeStoragePoolListAllVolumesRet(w: XdrWriter, v: StoragePoolListAllVolumesRet): void {
  w.array(v.vols, 16384, writeStorageVol);
  w.uint(v.ret);
}

/** struct remote_connect_list_all_nwfilters_args */
export interface ConnectListAllNWFiltersArgs {
  readonly needResults: number;
  readonly flags: number;
}
export function readConnectListAllNWFiltersArgs(r: XdrReader): ConnectListAllNWFiltersArgs {
  return {
    needResults: r.int(),
    flags: r.uint(),
  };
}

/** struct remote_nonnull_nwfilter */
export interface NWFilter {
  readonly name: string;
  readonly uuid: string;
}
export function writeNWFilter(w: XdrWriter, v: NWFilter): void {
  w.string(v.name, 4194304);
  w.uuid(v.uuid);
}

/** struct remote_connect_list_all_nwfilters_ret */
export interface ConnectListAllNWFiltersRet {
  readonly filters: readonly NWFilter[];
  readonly ret: number;
}
export function writeConnectListAllNWFiltersRet(w: XdrWriter, v: ConnectListAllNWFiltersRet): void {
  w.array(v.filters, 16384, writeNWFilter);
  w.uint(v.ret);
}

/** struct remote_nwfilter_lookup_by_name_args */
export interface NWFilterLookupByNameArgs {
  readonly name: string;
}
export function readNWFilterLookupByNameArgs(r: XdrReader): NWFilterLookupByNameArgs {
  return {
    name: r.string(4194304),
  };
}

/** struct remote_nwfilter_lookup_by_name_ret */
export interface NWFilterLookupByNameRet {
  readonly nwfilter: NWFilter;
}
export function writeNWFilterLookupByNameRet(w: XdrWriter, v: NWFilterLookupByNameRet): void {
  writeNWFilter(w, v.nwfilter);
}

/** struct remote_nwfilter_lookup_by_uuid_args */
export interface NWFilterLookupByUUIDArgs {
  readonly uuid: string;
}
export function readNWFilterLookupByUUIDArgs(r: XdrReader): NWFilterLookupByUUIDArgs {
  return {
    uuid: r.uuid(),
  };
}

/** struct remote_nwfilter_lookup_by_uuid_ret */
export interface NWFilterLookupByUUIDRet {
  readonly nwfilter: NWFilter;
}
export function writeNWFilterLookupByUUIDRet(w: XdrWriter, v: NWFilterLookupByUUIDRet): void {
  writeNWFilter(w, v.nwfilter);
}

/** struct remote_nwfilter_define_xml_args */
export interface NWFilterDefineXMLArgs {
  readonly xml: string;
}
export function readNWFilterDefineXMLArgs(r: XdrReader): NWFilterDefineXMLArgs {
  return {
    xml: r.string(4194304),
  };
}

/** struct remote_nwfilter_define_xml_ret */
export interface NWFilterDefineXMLRet {
  readonly nwfilter: NWFilter;
}
export function writeNWFilterDefineXMLRet(w: XdrWriter, v: NWFilterDefineXMLRet): void {
  writeNWFilter(w, v.nwfilter);
}

export function readNWFilter(r: XdrReader): NWFilter {
  return {
    name: r.string(4194304),
    uuid: r.uuid(),
  };
}

/** struct remote_nwfilter_undefine_args */
export interface NWFilterUndefineArgs {
  readonly nwfilter: NWFilter;
}
export function readNWFilterUndefineArgs(r: XdrReader): NWFilterUndefineArgs {
  return {
    nwfilter: readNWFilter(r),
  };
}

/** struct remote_nwfilter_get_xml_desc_args */
export interface NWFilterGetXMLDescArgs {
  readonly nwfilter: NWFilter;
  readonly flags: number;
}
export function readNWFilterGetXMLDescArgs(r: XdrReader): NWFilterGetXMLDescArgs {
  return {
    nwfilter: readNWFilter(r),
    flags: r.uint(),
  };
}

/** struct remote_nwfilter_get_xml_desc_ret */
export interface NWFilterGetXMLDescRet {
  readonly xml: string;
}
export function writeNWFilterGetXMLDescRet(w: XdrWriter, v: NWFilterGetXMLDescRet): void {
  w.string(v.xml, 4194304);
}

/** struct remote_connect_list_all_node_devices_args */
export interface ConnectListAllNodeDevicesArgs {
  readonly needResults: number;
  readonly flags: number;
}
export function readConnectListAllNodeDevicesArgs(r: XdrReader): ConnectListAllNodeDevicesArgs {
  return {
    needResults: r.int(),
    flags: r.uint(),
  };
}

/** struct remote_nonnull_node_device */
export interface NodeDevice {
  readonly name: string;
}
export function writeNodeDevice(w: XdrWriter, v: NodeDevice): void {
  w.string(v.name, 4194304);
}

/** struct remote_connect_list_all_node_devices_ret */
export interface ConnectListAllNodeDevicesRet {
  readonly devices: readonly NodeDevice[];
  readonly ret: number;
}
export function writeConnectListAllNodeDevicesRet(w: XdrWriter, v: ConnectListAllNodeDevicesRet): void {
  w.array(v.devices, 65536, writeNodeDevice);
  w.uint(v.ret);
}

/** struct remote_node_device_lookup_by_name_args */
export interface NodeDeviceLookupByNameArgs {
  readonly name: string;
}
export function readNodeDeviceLookupByNameArgs(r: XdrReader): NodeDeviceLookupByNameArgs {
  return {
    name: r.string(4194304),
  };
}

/** struct remote_node_device_lookup_by_name_ret */
export interface NodeDeviceLookupByNameRet {
  readonly dev: NodeDevice;
}
export function writeNodeDeviceLookupByNameRet(w: XdrWriter, v: NodeDeviceLookupByNameRet): void {
  writeNodeDevice(w, v.dev);
}

/** struct remote_node_device_get_xml_desc_args */
export interface NodeDeviceGetXMLDescArgs {
  readonly name: string;
  readonly flags: number;
}
export function readNodeDeviceGetXMLDescArgs(r: XdrReader): NodeDeviceGetXMLDescArgs {
  return {
    name: r.string(4194304),
    flags: r.uint(),
  };
}

/** struct remote_node_device_get_xml_desc_ret */
export interface NodeDeviceGetXMLDescRet {
  readonly xml: string;
}
export function writeNodeDeviceGetXMLDescRet(w: XdrWriter, v: NodeDeviceGetXMLDescRet): void {
  w.string(v.xml, 4194304);
}

/** struct remote_connect_list_all_secrets_args */
export interface ConnectListAllSecretsArgs {
  readonly needResults: number;
  readonly flags: number;
}
export function readConnectListAllSecretsArgs(r: XdrReader): ConnectListAllSecretsArgs {
  return {
    needResults: r.int(),
    flags: r.uint(),
  };
}

/** struct remote_nonnull_secret */
export interface Secret {
  readonly uuid: string;
  readonly usageType: number;
  readonly usageID: string;
}
export function writeSecret(w: XdrWriter, v: Secret): void {
  w.uuid(v.uuid);
  w.int(v.usageType);
  w.string(v.usageID, 4194304);
}

/** struct remote_connect_list_all_secrets_ret */
export interface ConnectListAllSecretsRet {
  readonly secrets: readonly Secret[];
  readonly ret: number;
}
export function writeConnectListAllSecretsRet(w: XdrWriter, v: ConnectListAllSecretsRet): void {
  w.array(v.secrets, 16384, writeSecret);
  w.uint(v.ret);
}

/** struct remote_secret_lookup_by_uuid_args */
export interface SecretLookupByUUIDArgs {
  readonly uuid: string;
}
export function readSecretLookupByUUIDArgs(r: XdrReader): SecretLookupByUUIDArgs {
  return {
    uuid: r.uuid(),
  };
}

/** struct remote_secret_lookup_by_uuid_ret */
export interface SecretLookupByUUIDRet {
  readonly secret: Secret;
}
export function writeSecretLookupByUUIDRet(w: XdrWriter, v: SecretLookupByUUIDRet): void {
  writeSecret(w, v.secret);
}

/** struct remote_secret_lookup_by_usage_args */
export interface SecretLookupByUsageArgs {
  readonly usageType: number;
  readonly usageID: string;
}
export function readSecretLookupByUsageArgs(r: XdrReader): SecretLookupByUsageArgs {
  return {
    usageType: r.int(),
    usageID: r.string(4194304),
  };
}

/** struct remote_secret_lookup_by_usage_ret */
export interface SecretLookupByUsageRet {
  readonly secret: Secret;
}
export function writeSecretLookupByUsageRet(w: XdrWriter, v: SecretLookupByUsageRet): void {
  writeSecret(w, v.secret);
}

/** struct remote_secret_define_xml_args */
export interface SecretDefineXMLArgs {
  readonly xml: string;
  readonly flags: number;
}
export function readSecretDefineXMLArgs(r: XdrReader): SecretDefineXMLArgs {
  return {
    xml: r.string(4194304),
    flags: r.uint(),
  };
}

/** struct remote_secret_define_xml_ret */
export interface SecretDefineXMLRet {
  readonly secret: Secret;
}
export function writeSecretDefineXMLRet(w: XdrWriter, v: SecretDefineXMLRet): void {
  writeSecret(w, v.secret);
}

export function readSecret(r: XdrReader): Secret {
  return {
    uuid: r.uuid(),
    usageType: r.int(),
    usageID: r.string(4194304),
  };
}

/** struct remote_secret_set_value_args */
export interface SecretSetValueArgs {
  readonly secret: Secret;
  readonly value: Uint8Array;
  readonly flags: number;
}
export function readSecretSetValueArgs(r: XdrReader): SecretSetValueArgs {
  return {
    secret: readSecret(r),
    value: r.opaque(65536),
    flags: r.uint(),
  };
}

/** struct remote_secret_undefine_args */
export interface SecretUndefineArgs {
  readonly secret: Secret;
}
export function readSecretUndefineArgs(r: XdrReader): SecretUndefineArgs {
  return {
    secret: readSecret(r),
  };
}

/** struct remote_connect_domain_event_callback_register_any_args */
export interface ConnectDomainEventCallbackRegisterAnyArgs {
  readonly eventID: number;
  readonly dom: Domain | null;
}
export function readConnectDomainEventCallbackRegisterAnyArgs(r: XdrReader): ConnectDomainEventCallbackRegisterAnyArgs {
  return {
    eventID: r.int(),
    dom: r.bool() ? readDomain(r) : null,
  };
}

/** struct remote_connect_domain_event_callback_register_any_ret */
export interface ConnectDomainEventCallbackRegisterAnyRet {
  readonly callbackID: number;
}
export function writeConnectDomainEventCallbackRegisterAnyRet(w: XdrWriter, v: ConnectDomainEventCallbackRegisterAnyRet): void {
  w.int(v.callbackID);
}

/** struct remote_connect_domain_event_callback_deregister_any_args */
export interface ConnectDomainEventCallbackDeregisterAnyArgs {
  readonly callbackID: number;
}
export function readConnectDomainEventCallbackDeregisterAnyArgs(r: XdrReader): ConnectDomainEventCallbackDeregisterAnyArgs {
  return {
    callbackID: r.int(),
  };
}

/** struct remote_domain_event_lifecycle_msg */
export interface DomainEventLifecycleMsg {
  readonly dom: Domain;
  readonly event: number;
  readonly detail: number;
}
export function writeDomainEventLifecycleMsg(w: XdrWriter, v: DomainEventLifecycleMsg): void {
  writeDomain(w, v.dom);
  w.int(v.event);
  w.int(v.detail);
}

/** struct remote_domain_event_callback_lifecycle_msg */
export interface DomainEventCallbackLifecycleMsg {
  readonly callbackID: number;
  readonly msg: DomainEventLifecycleMsg;
}
export function writeDomainEventCallbackLifecycleMsg(w: XdrWriter, v: DomainEventCallbackLifecycleMsg): void {
  w.int(v.callbackID);
  writeDomainEventLifecycleMsg(w, v.msg);
}

/** struct remote_domain_event_reboot_msg */
export interface DomainEventRebootMsg {
  readonly dom: Domain;
}
export function writeDomainEventRebootMsg(w: XdrWriter, v: DomainEventRebootMsg): void {
  writeDomain(w, v.dom);
}

/** struct remote_domain_event_callback_reboot_msg */
export interface DomainEventCallbackRebootMsg {
  readonly callbackID: number;
  readonly msg: DomainEventRebootMsg;
}
export function writeDomainEventCallbackRebootMsg(w: XdrWriter, v: DomainEventCallbackRebootMsg): void {
  w.int(v.callbackID);
  writeDomainEventRebootMsg(w, v.msg);
}

/** struct remote_domain_event_rtc_change_msg */
export interface DomainEventRtcChangeMsg {
  readonly dom: Domain;
  readonly offset: bigint;
}
export function writeDomainEventRtcChangeMsg(w: XdrWriter, v: DomainEventRtcChangeMsg): void {
  writeDomain(w, v.dom);
  w.hyper(v.offset);
}

/** struct remote_domain_event_callback_rtc_change_msg */
export interface DomainEventCallbackRtcChangeMsg {
  readonly callbackID: number;
  readonly msg: DomainEventRtcChangeMsg;
}
export function writeDomainEventCallbackRtcChangeMsg(w: XdrWriter, v: DomainEventCallbackRtcChangeMsg): void {
  w.int(v.callbackID);
  writeDomainEventRtcChangeMsg(w, v.msg);
}

/** struct remote_domain_event_watchdog_msg */
export interface DomainEventWatchdogMsg {
  readonly dom: Domain;
  readonly action: number;
}
export function writeDomainEventWatchdogMsg(w: XdrWriter, v: DomainEventWatchdogMsg): void {
  writeDomain(w, v.dom);
  w.int(v.action);
}

/** struct remote_domain_event_callback_watchdog_msg */
export interface DomainEventCallbackWatchdogMsg {
  readonly callbackID: number;
  readonly msg: DomainEventWatchdogMsg;
}
export function writeDomainEventCallbackWatchdogMsg(w: XdrWriter, v: DomainEventCallbackWatchdogMsg): void {
  w.int(v.callbackID);
  writeDomainEventWatchdogMsg(w, v.msg);
}

/** struct remote_domain_event_io_error_msg */
export interface DomainEventIoErrorMsg {
  readonly dom: Domain;
  readonly srcPath: string;
  readonly devAlias: string;
  readonly action: number;
}
export function writeDomainEventIoErrorMsg(w: XdrWriter, v: DomainEventIoErrorMsg): void {
  writeDomain(w, v.dom);
  w.string(v.srcPath, 4194304);
  w.string(v.devAlias, 4194304);
  w.int(v.action);
}

/** struct remote_domain_event_callback_io_error_msg */
export interface DomainEventCallbackIoErrorMsg {
  readonly callbackID: number;
  readonly msg: DomainEventIoErrorMsg;
}
export function writeDomainEventCallbackIoErrorMsg(w: XdrWriter, v: DomainEventCallbackIoErrorMsg): void {
  w.int(v.callbackID);
  writeDomainEventIoErrorMsg(w, v.msg);
}

/** struct remote_domain_event_io_error_reason_msg */
export interface DomainEventIoErrorReasonMsg {
  readonly dom: Domain;
  readonly srcPath: string;
  readonly devAlias: string;
  readonly action: number;
  readonly reason: string;
}
export function writeDomainEventIoErrorReasonMsg(w: XdrWriter, v: DomainEventIoErrorReasonMsg): void {
  writeDomain(w, v.dom);
  w.string(v.srcPath, 4194304);
  w.string(v.devAlias, 4194304);
  w.int(v.action);
  w.string(v.reason, 4194304);
}

/** struct remote_domain_event_callback_io_error_reason_msg */
export interface DomainEventCallbackIoErrorReasonMsg {
  readonly callbackID: number;
  readonly msg: DomainEventIoErrorReasonMsg;
}
export function writeDomainEventCallbackIoErrorReasonMsg(w: XdrWriter, v: DomainEventCallbackIoErrorReasonMsg): void {
  w.int(v.callbackID);
  writeDomainEventIoErrorReasonMsg(w, v.msg);
}

/** struct remote_domain_event_graphics_address */
export interface DomainEventGraphicsAddress {
  readonly family: number;
  readonly node: string;
  readonly service: string;
}
export function writeDomainEventGraphicsAddress(w: XdrWriter, v: DomainEventGraphicsAddress): void {
  w.int(v.family);
  w.string(v.node, 4194304);
  w.string(v.service, 4194304);
}

/** struct remote_domain_event_graphics_identity */
export interface DomainEventGraphicsIdentity {
  readonly type: string;
  readonly name: string;
}
export function writeDomainEventGraphicsIdentity(w: XdrWriter, v: DomainEventGraphicsIdentity): void {
  w.string(v.type, 4194304);
  w.string(v.name, 4194304);
}

/** struct remote_domain_event_graphics_msg */
export interface DomainEventGraphicsMsg {
  readonly dom: Domain;
  readonly phase: number;
  readonly local: DomainEventGraphicsAddress;
  readonly remote: DomainEventGraphicsAddress;
  readonly authScheme: string;
  readonly subject: readonly DomainEventGraphicsIdentity[];
}
export function writeDomainEventGraphicsMsg(w: XdrWriter, v: DomainEventGraphicsMsg): void {
  writeDomain(w, v.dom);
  w.int(v.phase);
  writeDomainEventGraphicsAddress(w, v.local);
  writeDomainEventGraphicsAddress(w, v.remote);
  w.string(v.authScheme, 4194304);
  w.array(v.subject, 20, writeDomainEventGraphicsIdentity);
}

/** struct remote_domain_event_callback_graphics_msg */
export interface DomainEventCallbackGraphicsMsg {
  readonly callbackID: number;
  readonly msg: DomainEventGraphicsMsg;
}
export function writeDomainEventCallbackGraphicsMsg(w: XdrWriter, v: DomainEventCallbackGraphicsMsg): void {
  w.int(v.callbackID);
  writeDomainEventGraphicsMsg(w, v.msg);
}

/** struct remote_domain_event_control_error_msg */
export interface DomainEventControlErrorMsg {
  readonly dom: Domain;
}
export function writeDomainEventControlErrorMsg(w: XdrWriter, v: DomainEventControlErrorMsg): void {
  writeDomain(w, v.dom);
}

/** struct remote_domain_event_callback_control_error_msg */
export interface DomainEventCallbackControlErrorMsg {
  readonly callbackID: number;
  readonly msg: DomainEventControlErrorMsg;
}
export function writeDomainEventCallbackControlErrorMsg(w: XdrWriter, v: DomainEventCallbackControlErrorMsg): void {
  w.int(v.callbackID);
  writeDomainEventControlErrorMsg(w, v.msg);
}

/** struct remote_domain_event_block_job_msg */
export interface DomainEventBlockJobMsg {
  readonly dom: Domain;
  readonly path: string;
  readonly type: number;
  readonly status: number;
}
export function writeDomainEventBlockJobMsg(w: XdrWriter, v: DomainEventBlockJobMsg): void {
  writeDomain(w, v.dom);
  w.string(v.path, 4194304);
  w.int(v.type);
  w.int(v.status);
}

/** struct remote_domain_event_callback_block_job_msg */
export interface DomainEventCallbackBlockJobMsg {
  readonly callbackID: number;
  readonly msg: DomainEventBlockJobMsg;
}
export function writeDomainEventCallbackBlockJobMsg(w: XdrWriter, v: DomainEventCallbackBlockJobMsg): void {
  w.int(v.callbackID);
  writeDomainEventBlockJobMsg(w, v.msg);
}

/** struct remote_domain_event_disk_change_msg */
export interface DomainEventDiskChangeMsg {
  readonly dom: Domain;
  readonly oldSrcPath: string | null;
  readonly newSrcPath: string | null;
  readonly devAlias: string;
  readonly reason: number;
}
export function writeDomainEventDiskChangeMsg(w: XdrWriter, v: DomainEventDiskChangeMsg): void {
  writeDomain(w, v.dom);
  if (w.present(v.oldSrcPath)) w.string(v.oldSrcPath, 4194304);
  if (w.present(v.newSrcPath)) w.string(v.newSrcPath, 4194304);
  w.string(v.devAlias, 4194304);
  w.int(v.reason);
}

/** struct remote_domain_event_callback_disk_change_msg */
export interface DomainEventCallbackDiskChangeMsg {
  readonly callbackID: number;
  readonly msg: DomainEventDiskChangeMsg;
}
export function writeDomainEventCallbackDiskChangeMsg(w: XdrWriter, v: DomainEventCallbackDiskChangeMsg): void {
  w.int(v.callbackID);
  writeDomainEventDiskChangeMsg(w, v.msg);
}

/** struct remote_domain_event_tray_change_msg */
export interface DomainEventTrayChangeMsg {
  readonly dom: Domain;
  readonly devAlias: string;
  readonly reason: number;
}
export function writeDomainEventTrayChangeMsg(w: XdrWriter, v: DomainEventTrayChangeMsg): void {
  writeDomain(w, v.dom);
  w.string(v.devAlias, 4194304);
  w.int(v.reason);
}

/** struct remote_domain_event_callback_tray_change_msg */
export interface DomainEventCallbackTrayChangeMsg {
  readonly callbackID: number;
  readonly msg: DomainEventTrayChangeMsg;
}
export function writeDomainEventCallbackTrayChangeMsg(w: XdrWriter, v: DomainEventCallbackTrayChangeMsg): void {
  w.int(v.callbackID);
  writeDomainEventTrayChangeMsg(w, v.msg);
}

/** struct remote_domain_event_pmwakeup_msg */
export interface DomainEventPMwakeupMsg {
  readonly dom: Domain;
}
export function writeDomainEventPMwakeupMsg(w: XdrWriter, v: DomainEventPMwakeupMsg): void {
  writeDomain(w, v.dom);
}

/** struct remote_domain_event_callback_pmwakeup_msg */
export interface DomainEventCallbackPMwakeupMsg {
  readonly callbackID: number;
  readonly reason: number;
  readonly msg: DomainEventPMwakeupMsg;
}
export function writeDomainEventCallbackPMwakeupMsg(w: XdrWriter, v: DomainEventCallbackPMwakeupMsg): void {
  w.int(v.callbackID);
  w.int(v.reason);
  writeDomainEventPMwakeupMsg(w, v.msg);
}

/** struct remote_domain_event_pmsuspend_msg */
export interface DomainEventPMsuspendMsg {
  readonly dom: Domain;
}
export function writeDomainEventPMsuspendMsg(w: XdrWriter, v: DomainEventPMsuspendMsg): void {
  writeDomain(w, v.dom);
}

/** struct remote_domain_event_callback_pmsuspend_msg */
export interface DomainEventCallbackPMsuspendMsg {
  readonly callbackID: number;
  readonly reason: number;
  readonly msg: DomainEventPMsuspendMsg;
}
export function writeDomainEventCallbackPMsuspendMsg(w: XdrWriter, v: DomainEventCallbackPMsuspendMsg): void {
  w.int(v.callbackID);
  w.int(v.reason);
  writeDomainEventPMsuspendMsg(w, v.msg);
}

/** struct remote_domain_event_pmsuspend_disk_msg */
export interface DomainEventPMsuspendDiskMsg {
  readonly dom: Domain;
}
export function writeDomainEventPMsuspendDiskMsg(w: XdrWriter, v: DomainEventPMsuspendDiskMsg): void {
  writeDomain(w, v.dom);
}

/** struct remote_domain_event_callback_pmsuspend_disk_msg */
export interface DomainEventCallbackPMsuspendDiskMsg {
  readonly callbackID: number;
  readonly reason: number;
  readonly msg: DomainEventPMsuspendDiskMsg;
}
export function writeDomainEventCallbackPMsuspendDiskMsg(w: XdrWriter, v: DomainEventCallbackPMsuspendDiskMsg): void {
  w.int(v.callbackID);
  w.int(v.reason);
  writeDomainEventPMsuspendDiskMsg(w, v.msg);
}

/** struct remote_domain_event_balloon_change_msg */
export interface DomainEventBalloonChangeMsg {
  readonly dom: Domain;
  readonly actual: bigint;
}
export function writeDomainEventBalloonChangeMsg(w: XdrWriter, v: DomainEventBalloonChangeMsg): void {
  writeDomain(w, v.dom);
  w.uhyper(v.actual);
}

/** struct remote_domain_event_callback_balloon_change_msg */
export interface DomainEventCallbackBalloonChangeMsg {
  readonly callbackID: number;
  readonly msg: DomainEventBalloonChangeMsg;
}
export function writeDomainEventCallbackBalloonChangeMsg(w: XdrWriter, v: DomainEventCallbackBalloonChangeMsg): void {
  w.int(v.callbackID);
  writeDomainEventBalloonChangeMsg(w, v.msg);
}

/** struct remote_domain_event_device_removed_msg */
export interface DomainEventDeviceRemovedMsg {
  readonly dom: Domain;
  readonly devAlias: string;
}
export function writeDomainEventDeviceRemovedMsg(w: XdrWriter, v: DomainEventDeviceRemovedMsg): void {
  writeDomain(w, v.dom);
  w.string(v.devAlias, 4194304);
}

/** struct remote_domain_event_callback_device_removed_msg */
export interface DomainEventCallbackDeviceRemovedMsg {
  readonly callbackID: number;
  readonly msg: DomainEventDeviceRemovedMsg;
}
export function writeDomainEventCallbackDeviceRemovedMsg(w: XdrWriter, v: DomainEventCallbackDeviceRemovedMsg): void {
  w.int(v.callbackID);
  writeDomainEventDeviceRemovedMsg(w, v.msg);
}

/** struct remote_domain_event_callback_device_added_msg */
export interface DomainEventCallbackDeviceAddedMsg {
  readonly callbackID: number;
  readonly dom: Domain;
  readonly devAlias: string;
}
export function writeDomainEventCallbackDeviceAddedMsg(w: XdrWriter, v: DomainEventCallbackDeviceAddedMsg): void {
  w.int(v.callbackID);
  writeDomain(w, v.dom);
  w.string(v.devAlias, 4194304);
}

/** struct remote_domain_event_callback_device_removal_failed_msg */
export interface DomainEventCallbackDeviceRemovalFailedMsg {
  readonly callbackID: number;
  readonly dom: Domain;
  readonly devAlias: string;
}
export function writeDomainEventCallbackDeviceRemovalFailedMsg(w: XdrWriter, v: DomainEventCallbackDeviceRemovalFailedMsg): void {
  w.int(v.callbackID);
  writeDomain(w, v.dom);
  w.string(v.devAlias, 4194304);
}

/** struct remote_domain_event_callback_tunable_msg */
export interface DomainEventCallbackTunableMsg {
  readonly callbackID: number;
  readonly dom: Domain;
  readonly params: readonly TypedParam[];
}
export function writeDomainEventCallbackTunableMsg(w: XdrWriter, v: DomainEventCallbackTunableMsg): void {
  w.int(v.callbackID);
  writeDomain(w, v.dom);
  w.array(v.params, 2048, writeTypedParam);
}

/** struct remote_domain_event_callback_agent_lifecycle_msg */
export interface DomainEventCallbackAgentLifecycleMsg {
  readonly callbackID: number;
  readonly dom: Domain;
  readonly state: number;
  readonly reason: number;
}
export function writeDomainEventCallbackAgentLifecycleMsg(w: XdrWriter, v: DomainEventCallbackAgentLifecycleMsg): void {
  w.int(v.callbackID);
  writeDomain(w, v.dom);
  w.int(v.state);
  w.int(v.reason);
}

/** struct remote_domain_event_callback_migration_iteration_msg */
export interface DomainEventCallbackMigrationIterationMsg {
  readonly callbackID: number;
  readonly dom: Domain;
  readonly iteration: number;
}
export function writeDomainEventCallbackMigrationIterationMsg(w: XdrWriter, v: DomainEventCallbackMigrationIterationMsg): void {
  w.int(v.callbackID);
  writeDomain(w, v.dom);
  w.int(v.iteration);
}

/** struct remote_domain_event_callback_job_completed_msg */
export interface DomainEventCallbackJobCompletedMsg {
  readonly callbackID: number;
  readonly dom: Domain;
  readonly params: readonly TypedParam[];
}
export function writeDomainEventCallbackJobCompletedMsg(w: XdrWriter, v: DomainEventCallbackJobCompletedMsg): void {
  w.int(v.callbackID);
  writeDomain(w, v.dom);
  w.array(v.params, 64, writeTypedParam);
}

/** struct remote_domain_event_callback_metadata_change_msg */
export interface DomainEventCallbackMetadataChangeMsg {
  readonly callbackID: number;
  readonly dom: Domain;
  readonly type: number;
  readonly nsuri: string | null;
}
export function writeDomainEventCallbackMetadataChangeMsg(w: XdrWriter, v: DomainEventCallbackMetadataChangeMsg): void {
  w.int(v.callbackID);
  writeDomain(w, v.dom);
  w.int(v.type);
  if (w.present(v.nsuri)) w.string(v.nsuri, 4194304);
}

/** struct remote_domain_event_block_job_2_msg */
export interface DomainEventBlockJob2Msg {
  readonly callbackID: number;
  readonly dom: Domain;
  readonly dst: string;
  readonly type: number;
  readonly status: number;
}
export function writeDomainEventBlockJob2Msg(w: XdrWriter, v: DomainEventBlockJob2Msg): void {
  w.int(v.callbackID);
  writeDomain(w, v.dom);
  w.string(v.dst, 4194304);
  w.int(v.type);
  w.int(v.status);
}

/** struct remote_domain_event_block_threshold_msg */
export interface DomainEventBlockThresholdMsg {
  readonly callbackID: number;
  readonly dom: Domain;
  readonly dev: string;
  readonly path: string | null;
  readonly threshold: bigint;
  readonly excess: bigint;
}
export function writeDomainEventBlockThresholdMsg(w: XdrWriter, v: DomainEventBlockThresholdMsg): void {
  w.int(v.callbackID);
  writeDomain(w, v.dom);
  w.string(v.dev, 4194304);
  if (w.present(v.path)) w.string(v.path, 4194304);
  w.uhyper(v.threshold);
  w.uhyper(v.excess);
}

/** struct remote_domain_event_memory_failure_msg */
export interface DomainEventMemoryFailureMsg {
  readonly callbackID: number;
  readonly dom: Domain;
  readonly recipient: number;
  readonly action: number;
  readonly flags: number;
}
export function writeDomainEventMemoryFailureMsg(w: XdrWriter, v: DomainEventMemoryFailureMsg): void {
  w.int(v.callbackID);
  writeDomain(w, v.dom);
  w.int(v.recipient);
  w.int(v.action);
  w.uint(v.flags);
}

/** struct remote_domain_event_memory_device_size_change_msg */
export interface DomainEventMemoryDeviceSizeChangeMsg {
  readonly callbackID: number;
  readonly dom: Domain;
  readonly alias: string;
  readonly size: bigint;
}
export function writeDomainEventMemoryDeviceSizeChangeMsg(w: XdrWriter, v: DomainEventMemoryDeviceSizeChangeMsg): void {
  w.int(v.callbackID);
  writeDomain(w, v.dom);
  w.string(v.alias, 4194304);
  w.uhyper(v.size);
}

/** struct qemu_domain_monitor_command_args */
export interface QemuDomainMonitorCommandArgs {
  readonly dom: Domain;
  readonly cmd: string;
  readonly flags: number;
}
export function readQemuDomainMonitorCommandArgs(r: XdrReader): QemuDomainMonitorCommandArgs {
  return {
    dom: readDomain(r),
    cmd: r.string(4194304),
    flags: r.uint(),
  };
}

/** struct qemu_domain_monitor_command_ret */
export interface QemuDomainMonitorCommandRet {
  readonly result: string;
}
export function writeQemuDomainMonitorCommandRet(w: XdrWriter, v: QemuDomainMonitorCommandRet): void {
  w.string(v.result, 4194304);
}

/** struct qemu_domain_agent_command_args */
export interface QemuDomainAgentCommandArgs {
  readonly dom: Domain;
  readonly cmd: string;
  readonly timeout: number;
  readonly flags: number;
}
export function readQemuDomainAgentCommandArgs(r: XdrReader): QemuDomainAgentCommandArgs {
  return {
    dom: readDomain(r),
    cmd: r.string(4194304),
    timeout: r.int(),
    flags: r.uint(),
  };
}

/** struct qemu_domain_agent_command_ret */
export interface QemuDomainAgentCommandRet {
  readonly result: string | null;
}
export function writeQemuDomainAgentCommandRet(w: XdrWriter, v: QemuDomainAgentCommandRet): void {
  if (w.present(v.result)) w.string(v.result, 4194304);
}

export const serverCodecs = {
  authList: { readArgs: readNothing, writeRet: writeAuthListRet },
  authPolkit: { readArgs: readNothing, writeRet: writeAuthPolkitRet },
  connectOpen: { readArgs: readConnectOpenArgs, writeRet: writeNothing },
  connectClose: { readArgs: readNothing, writeRet: writeNothing },
  connectGetType: { readArgs: readNothing, writeRet: writeConnectGetTypeRet },
  connectGetVersion: { readArgs: readNothing, writeRet: writeConnectGetVersionRet },
  connectGetLibVersion: { readArgs: readNothing, writeRet: writeConnectGetLibVersionRet },
  connectGetHostname: { readArgs: readNothing, writeRet: writeConnectGetHostnameRet },
  connectGetURI: { readArgs: readNothing, writeRet: writeConnectGetURIRet },
  connectGetCapabilities: { readArgs: readNothing, writeRet: writeConnectGetCapabilitiesRet },
  connectGetDomainCapabilities: { readArgs: readConnectGetDomainCapabilitiesArgs, writeRet: writeConnectGetDomainCapabilitiesRet },
  connectGetMaxVcpus: { readArgs: readConnectGetMaxVcpusArgs, writeRet: writeConnectGetMaxVcpusRet },
  connectSupportsFeature: { readArgs: readConnectSupportsFeatureArgs, writeRet: writeConnectSupportsFeatureRet },
  connectIsSecure: { readArgs: readNothing, writeRet: writeConnectIsSecureRet },
  connectListAllDomains: { readArgs: readConnectListAllDomainsArgs, writeRet: writeConnectListAllDomainsRet },
  connectGetAllDomainStats: { readArgs: readConnectGetAllDomainStatsArgs, writeRet: writeConnectGetAllDomainStatsRet },
  connectCompareCPU: { readArgs: readConnectCompareCPUArgs, writeRet: writeConnectCompareCPURet },
  connectCompareHypervisorCPU: { readArgs: readConnectCompareHypervisorCPUArgs, writeRet: writeConnectCompareHypervisorCPURet },
  connectBaselineCPU: { readArgs: readConnectBaselineCPUArgs, writeRet: writeConnectBaselineCPURet },
  connectBaselineHypervisorCPU: { readArgs: readConnectBaselineHypervisorCPUArgs, writeRet: writeConnectBaselineHypervisorCPURet },
  connectGetCPUModelNames: { readArgs: readConnectGetCPUModelNamesArgs, writeRet: writeConnectGetCPUModelNamesRet },
  connectGetSysinfo: { readArgs: readConnectGetSysinfoArgs, writeRet: writeConnectGetSysinfoRet },
  nodeGetInfo: { readArgs: readNothing, writeRet: writeNodeGetInfoRet },
  nodeGetMemoryStats: { readArgs: readNodeGetMemoryStatsArgs, writeRet: writeNodeGetMemoryStatsRet },
  nodeGetCPUStats: { readArgs: readNodeGetCPUStatsArgs, writeRet: writeNodeGetCPUStatsRet },
  nodeGetCPUMap: { readArgs: readNodeGetCPUMapArgs, writeRet: writeNodeGetCPUMapRet },
  nodeGetFreeMemory: { readArgs: readNothing, writeRet: writeNodeGetFreeMemoryRet },
  nodeGetCellsFreeMemory: { readArgs: readNodeGetCellsFreeMemoryArgs, writeRet: writeNodeGetCellsFreeMemoryRet },
  domainLookupByID: { readArgs: readDomainLookupByIDArgs, writeRet: writeDomainLookupByIDRet },
  domainLookupByUUID: { readArgs: readDomainLookupByUUIDArgs, writeRet: writeDomainLookupByUUIDRet },
  domainLookupByName: { readArgs: readDomainLookupByNameArgs, writeRet: writeDomainLookupByNameRet },
  domainDefineXMLFlags: { readArgs: readDomainDefineXMLFlagsArgs, writeRet: writeDomainDefineXMLFlagsRet },
  domainCreateXML: { readArgs: readDomainCreateXMLArgs, writeRet: writeDomainCreateXMLRet },
  domainCreateWithFlags: { readArgs: readDomainCreateWithFlagsArgs, writeRet: writeDomainCreateWithFlagsRet },
  domainDestroyFlags: { readArgs: readDomainDestroyFlagsArgs, writeRet: writeNothing },
  domainUndefineFlags: { readArgs: readDomainUndefineFlagsArgs, writeRet: writeNothing },
  domainShutdownFlags: { readArgs: readDomainShutdownFlagsArgs, writeRet: writeNothing },
  domainReboot: { readArgs: readDomainRebootArgs, writeRet: writeNothing },
  domainReset: { readArgs: readDomainResetArgs, writeRet: writeNothing },
  domainSuspend: { readArgs: readDomainSuspendArgs, writeRet: writeNothing },
  domainResume: { readArgs: readDomainResumeArgs, writeRet: writeNothing },
  domainInjectNMI: { readArgs: readDomainInjectNMIArgs, writeRet: writeNothing },
  domainRename: { readArgs: readDomainRenameArgs, writeRet: writeDomainRenameRet },
  domainPMSuspendForDuration: { readArgs: readDomainPMSuspendForDurationArgs, writeRet: writeNothing },
  domainPMWakeup: { readArgs: readDomainPMWakeupArgs, writeRet: writeNothing },
  domainGetState: { readArgs: readDomainGetStateArgs, writeRet: writeDomainGetStateRet },
  domainGetInfo: { readArgs: readDomainGetInfoArgs, writeRet: writeDomainGetInfoRet },
  domainGetControlInfo: { readArgs: readDomainGetControlInfoArgs, writeRet: writeDomainGetControlInfoRet },
  domainGetXMLDesc: { readArgs: readDomainGetXMLDescArgs, writeRet: writeDomainGetXMLDescRet },
  domainGetOSType: { readArgs: readDomainGetOSTypeArgs, writeRet: writeDomainGetOSTypeRet },
  domainIsActive: { readArgs: readDomainIsActiveArgs, writeRet: writeDomainIsActiveRet },
  domainIsPersistent: { readArgs: readDomainIsPersistentArgs, writeRet: writeDomainIsPersistentRet },
  domainIsUpdated: { readArgs: readDomainIsUpdatedArgs, writeRet: writeDomainIsUpdatedRet },
  domainGetHostname: { readArgs: readDomainGetHostnameArgs, writeRet: writeDomainGetHostnameRet },
  domainGetMessages: { readArgs: readDomainGetMessagesArgs, writeRet: writeDomainGetMessagesRet },
  domainGetAutostart: { readArgs: readDomainGetAutostartArgs, writeRet: writeDomainGetAutostartRet },
  domainSetAutostart: { readArgs: readDomainSetAutostartArgs, writeRet: writeNothing },
  domainSetMetadata: { readArgs: readDomainSetMetadataArgs, writeRet: writeNothing },
  domainGetMetadata: { readArgs: readDomainGetMetadataArgs, writeRet: writeDomainGetMetadataRet },
  domainAttachDeviceFlags: { readArgs: readDomainAttachDeviceFlagsArgs, writeRet: writeNothing },
  domainDetachDeviceFlags: { readArgs: readDomainDetachDeviceFlagsArgs, writeRet: writeNothing },
  domainUpdateDeviceFlags: { readArgs: readDomainUpdateDeviceFlagsArgs, writeRet: writeNothing },
  domainDetachDeviceAlias: { readArgs: readDomainDetachDeviceAliasArgs, writeRet: writeNothing },
  domainSaveFlags: { readArgs: readDomainSaveFlagsArgs, writeRet: writeNothing },
  domainRestoreFlags: { readArgs: readDomainRestoreFlagsArgs, writeRet: writeNothing },
  domainManagedSave: { readArgs: readDomainManagedSaveArgs, writeRet: writeNothing },
  domainManagedSaveRemove: { readArgs: readDomainManagedSaveRemoveArgs, writeRet: writeNothing },
  domainHasManagedSaveImage: { readArgs: readDomainHasManagedSaveImageArgs, writeRet: writeDomainHasManagedSaveImageRet },
  domainCoreDumpWithFormat: { readArgs: readDomainCoreDumpWithFormatArgs, writeRet: writeNothing },
  domainBlockStats: { readArgs: readDomainBlockStatsArgs, writeRet: writeDomainBlockStatsRet },
  domainBlockStatsFlags: { readArgs: readDomainBlockStatsFlagsArgs, writeRet: writeDomainBlockStatsFlagsRet },
  domainInterfaceStats: { readArgs: readDomainInterfaceStatsArgs, writeRet: writeDomainInterfaceStatsRet },
  domainMemoryStats: { readArgs: readDomainMemoryStatsArgs, writeRet: writeDomainMemoryStatsRet },
  domainGetCPUStats: { readArgs: readDomainGetCPUStatsArgs, writeRet: writeDomainGetCPUStatsRet },
  domainSetMemoryStatsPeriod: { readArgs: readDomainSetMemoryStatsPeriodArgs, writeRet: writeNothing },
  domainGetDiskErrors: { readArgs: readDomainGetDiskErrorsArgs, writeRet: writeDomainGetDiskErrorsRet },
  domainGetBlockInfo: { readArgs: readDomainGetBlockInfoArgs, writeRet: writeDomainGetBlockInfoRet },
  domainBlockResize: { readArgs: readDomainBlockResizeArgs, writeRet: writeNothing },
  domainBlockPeek: { readArgs: readDomainBlockPeekArgs, writeRet: writeDomainBlockPeekRet },
  domainBlockCopy: { readArgs: readDomainBlockCopyArgs, writeRet: writeNothing },
  domainBlockRebase: { readArgs: readDomainBlockRebaseArgs, writeRet: writeNothing },
  domainBlockCommit: { readArgs: readDomainBlockCommitArgs, writeRet: writeNothing },
  domainBlockPull: { readArgs: readDomainBlockPullArgs, writeRet: writeNothing },
  domainGetBlockJobInfo: { readArgs: readDomainGetBlockJobInfoArgs, writeRet: writeDomainGetBlockJobInfoRet },
  domainBlockJobAbort: { readArgs: readDomainBlockJobAbortArgs, writeRet: writeNothing },
  domainBlockJobSetSpeed: { readArgs: readDomainBlockJobSetSpeedArgs, writeRet: writeNothing },
  domainSetBlockIoTune: { readArgs: readDomainSetBlockIoTuneArgs, writeRet: writeNothing },
  domainGetBlockIoTune: { readArgs: readDomainGetBlockIoTuneArgs, writeRet: writeDomainGetBlockIoTuneRet },
  domainSetBlockThreshold: { readArgs: readDomainSetBlockThresholdArgs, writeRet: writeNothing },
  domainSnapshotCreateXML: { readArgs: readDomainSnapshotCreateXMLArgs, writeRet: writeDomainSnapshotCreateXMLRet },
  domainSnapshotDelete: { readArgs: readDomainSnapshotDeleteArgs, writeRet: writeNothing },
  domainSnapshotLookupByName: { readArgs: readDomainSnapshotLookupByNameArgs, writeRet: writeDomainSnapshotLookupByNameRet },
  domainSnapshotGetXMLDesc: { readArgs: readDomainSnapshotGetXMLDescArgs, writeRet: writeDomainSnapshotGetXMLDescRet },
  domainListAllSnapshots: { readArgs: readDomainListAllSnapshotsArgs, writeRet: writeDomainListAllSnapshotsRet },
  domainRevertToSnapshot: { readArgs: readDomainRevertToSnapshotArgs, writeRet: writeNothing },
  domainScreenshot: { readArgs: readDomainScreenshotArgs, writeRet: writeDomainScreenshotRet },
  domainOpenConsole: { readArgs: readDomainOpenConsoleArgs, writeRet: writeNothing },
  domainOpenChannel: { readArgs: readDomainOpenChannelArgs, writeRet: writeNothing },
  domainSendKey: { readArgs: readDomainSendKeyArgs, writeRet: writeNothing },
  domainGetVcpus: { readArgs: readDomainGetVcpusArgs, writeRet: writeDomainGetVcpusRet },
  domainGetVcpusFlags: { readArgs: readDomainGetVcpusFlagsArgs, writeRet: writeDomainGetVcpusFlagsRet },
  domainSetVcpusFlags: { readArgs: readDomainSetVcpusFlagsArgs, writeRet: writeNothing },
  domainGetMaxVcpus: { readArgs: readDomainGetMaxVcpusArgs, writeRet: writeDomainGetMaxVcpusRet },
  domainPinVcpuFlags: { readArgs: readDomainPinVcpuFlagsArgs, writeRet: writeNothing },
  domainGetMaxMemory: { readArgs: readDomainGetMaxMemoryArgs, writeRet: writeDomainGetMaxMemoryRet },
  domainSetMemoryFlags: { readArgs: readDomainSetMemoryFlagsArgs, writeRet: writeNothing },
  domainSetInterfaceParameters: { readArgs: readDomainSetInterfaceParametersArgs, writeRet: writeNothing },
  domainSetSchedulerParametersFlags: { readArgs: readDomainSetSchedulerParametersFlagsArgs, writeRet: writeNothing },
  domainGetSchedulerParametersFlags: { readArgs: readDomainGetSchedulerParametersFlagsArgs, writeRet: writeDomainGetSchedulerParametersFlagsRet },
  domainMigrateBegin3Params: { readArgs: readDomainMigrateBegin3ParamsArgs, writeRet: writeDomainMigrateBegin3ParamsRet },
  domainMigratePrepare3Params: { readArgs: readDomainMigratePrepare3ParamsArgs, writeRet: writeDomainMigratePrepare3ParamsRet },
  domainMigratePerform3Params: { readArgs: readDomainMigratePerform3ParamsArgs, writeRet: writeDomainMigratePerform3ParamsRet },
  domainMigrateFinish3Params: { readArgs: readDomainMigrateFinish3ParamsArgs, writeRet: writeDomainMigrateFinish3ParamsRet },
  domainMigrateConfirm3Params: { readArgs: readDomainMigrateConfirm3ParamsArgs, writeRet: writeNothing },
  domainMigrateSetMaxDowntime: { readArgs: readDomainMigrateSetMaxDowntimeArgs, writeRet: writeNothing },
  domainMigrateSetMaxSpeed: { readArgs: readDomainMigrateSetMaxSpeedArgs, writeRet: writeNothing },
  domainMigrateGetMaxSpeed: { readArgs: readDomainMigrateGetMaxSpeedArgs, writeRet: writeDomainMigrateGetMaxSpeedRet },
  domainMigrateStartPostCopy: { readArgs: readDomainMigrateStartPostCopyArgs, writeRet: writeNothing },
  domainGetJobInfo: { readArgs: readDomainGetJobInfoArgs, writeRet: writeDomainGetJobInfoRet },
  domainGetJobStats: { readArgs: readDomainGetJobStatsArgs, writeRet: writeDomainGetJobStatsRet },
  domainAbortJob: { readArgs: readDomainAbortJobArgs, writeRet: writeNothing },
  domainFSFreeze: { readArgs: readDomainFSFreezeArgs, writeRet: writeDomainFSFreezeRet },
  domainFSThaw: { readArgs: readDomainFSThawArgs, writeRet: writeDomainFSThawRet },
  domainFSTrim: { readArgs: readDomainFSTrimArgs, writeRet: writeNothing },
  domainGetFSInfo: { readArgs: readDomainGetFSInfoArgs, writeRet: writeDomainGetFSInfoRet },
  domainSetTime: { readArgs: readDomainSetTimeArgs, writeRet: writeNothing },
  domainGetTime: { readArgs: readDomainGetTimeArgs, writeRet: writeDomainGetTimeRet },
  domainSetUserPassword: { readArgs: readDomainSetUserPasswordArgs, writeRet: writeNothing },
  domainInterfaceAddresses: { readArgs: readDomainInterfaceAddressesArgs, writeRet: writeDomainInterfaceAddressesRet },
  domainGetGuestInfo: { readArgs: readDomainGetGuestInfoArgs, writeRet: writeDomainGetGuestInfoRet },
  domainAgentSetResponseTimeout: { readArgs: readDomainAgentSetResponseTimeoutArgs, writeRet: writeDomainAgentSetResponseTimeoutRet },
  connectListAllNetworks: { readArgs: readConnectListAllNetworksArgs, writeRet: writeConnectListAllNetworksRet },
  networkLookupByName: { readArgs: readNetworkLookupByNameArgs, writeRet: writeNetworkLookupByNameRet },
  networkGetXMLDesc: { readArgs: readNetworkGetXMLDescArgs, writeRet: writeNetworkGetXMLDescRet },
  networkGetBridgeName: { readArgs: readNetworkGetBridgeNameArgs, writeRet: writeNetworkGetBridgeNameRet },
  networkIsActive: { readArgs: readNetworkIsActiveArgs, writeRet: writeNetworkIsActiveRet },
  connectListAllStoragePools: { readArgs: readConnectListAllStoragePoolsArgs, writeRet: writeConnectListAllStoragePoolsRet },
  storagePoolLookupByName: { readArgs: readStoragePoolLookupByNameArgs, writeRet: writeStoragePoolLookupByNameRet },
  storagePoolRefresh: { readArgs: readStoragePoolRefreshArgs, writeRet: writeNothing },
  storagePoolGetInfo: { readArgs: readStoragePoolGetInfoArgs, writeRet: writeStoragePoolGetInfoRet },
  storagePoolGetXMLDesc: { readArgs: readStoragePoolGetXMLDescArgs, writeRet: writeStoragePoolGetXMLDescRet },
  storagePoolListAllVolumes: { readArgs: readStoragePoolListAllVolumesArgs, writeRet: writeStoragePoolListAllVolumesRet },
  connectListAllNWFilters: { readArgs: readConnectListAllNWFiltersArgs, writeRet: writeConnectListAllNWFiltersRet },
  nwfilterLookupByName: { readArgs: readNWFilterLookupByNameArgs, writeRet: writeNWFilterLookupByNameRet },
  nwfilterLookupByUUID: { readArgs: readNWFilterLookupByUUIDArgs, writeRet: writeNWFilterLookupByUUIDRet },
  nwfilterDefineXML: { readArgs: readNWFilterDefineXMLArgs, writeRet: writeNWFilterDefineXMLRet },
  nwfilterUndefine: { readArgs: readNWFilterUndefineArgs, writeRet: writeNothing },
  nwfilterGetXMLDesc: { readArgs: readNWFilterGetXMLDescArgs, writeRet: writeNWFilterGetXMLDescRet },
  connectListAllNodeDevices: { readArgs: readConnectListAllNodeDevicesArgs, writeRet: writeConnectListAllNodeDevicesRet },
  nodeDeviceLookupByName: { readArgs: readNodeDeviceLookupByNameArgs, writeRet: writeNodeDeviceLookupByNameRet },
  nodeDeviceGetXMLDesc: { readArgs: readNodeDeviceGetXMLDescArgs, writeRet: writeNodeDeviceGetXMLDescRet },
  connectListAllSecrets: { readArgs: readConnectListAllSecretsArgs, writeRet: writeConnectListAllSecretsRet },
  secretLookupByUUID: { readArgs: readSecretLookupByUUIDArgs, writeRet: writeSecretLookupByUUIDRet },
  secretLookupByUsage: { readArgs: readSecretLookupByUsageArgs, writeRet: writeSecretLookupByUsageRet },
  secretDefineXML: { readArgs: readSecretDefineXMLArgs, writeRet: writeSecretDefineXMLRet },
  secretSetValue: { readArgs: readSecretSetValueArgs, writeRet: writeNothing },
  secretUndefine: { readArgs: readSecretUndefineArgs, writeRet: writeNothing },
  connectDomainEventCallbackRegisterAny: { readArgs: readConnectDomainEventCallbackRegisterAnyArgs, writeRet: writeConnectDomainEventCallbackRegisterAnyRet },
  connectDomainEventCallbackDeregisterAny: { readArgs: readConnectDomainEventCallbackDeregisterAnyArgs, writeRet: writeNothing },
  domainEventCallbackLifecycle: { writeMessage: writeDomainEventCallbackLifecycleMsg },
  domainEventCallbackReboot: { writeMessage: writeDomainEventCallbackRebootMsg },
  domainEventCallbackRtcChange: { writeMessage: writeDomainEventCallbackRtcChangeMsg },
  domainEventCallbackWatchdog: { writeMessage: writeDomainEventCallbackWatchdogMsg },
  domainEventCallbackIoError: { writeMessage: writeDomainEventCallbackIoErrorMsg },
  domainEventCallbackIoErrorReason: { writeMessage: writeDomainEventCallbackIoErrorReasonMsg },
  domainEventCallbackGraphics: { writeMessage: writeDomainEventCallbackGraphicsMsg },
  domainEventCallbackControlError: { writeMessage: writeDomainEventCallbackControlErrorMsg },
  domainEventCallbackBlockJob: { writeMessage: writeDomainEventCallbackBlockJobMsg },
  domainEventCallbackDiskChange: { writeMessage: writeDomainEventCallbackDiskChangeMsg },
  domainEventCallbackTrayChange: { writeMessage: writeDomainEventCallbackTrayChangeMsg },
  domainEventCallbackPMwakeup: { writeMessage: writeDomainEventCallbackPMwakeupMsg },
  domainEventCallbackPMsuspend: { writeMessage: writeDomainEventCallbackPMsuspendMsg },
  domainEventCallbackPMsuspendDisk: { writeMessage: writeDomainEventCallbackPMsuspendDiskMsg },
  domainEventCallbackBalloonChange: { writeMessage: writeDomainEventCallbackBalloonChangeMsg },
  domainEventCallbackDeviceRemoved: { writeMessage: writeDomainEventCallbackDeviceRemovedMsg },
  domainEventCallbackDeviceAdded: { writeMessage: writeDomainEventCallbackDeviceAddedMsg },
  domainEventCallbackDeviceRemovalFailed: { writeMessage: writeDomainEventCallbackDeviceRemovalFailedMsg },
  domainEventCallbackTunable: { writeMessage: writeDomainEventCallbackTunableMsg },
  domainEventCallbackAgentLifecycle: { writeMessage: writeDomainEventCallbackAgentLifecycleMsg },
  domainEventCallbackMigrationIteration: { writeMessage: writeDomainEventCallbackMigrationIterationMsg },
  domainEventCallbackJobCompleted: { writeMessage: writeDomainEventCallbackJobCompletedMsg },
  domainEventCallbackMetadataChange: { writeMessage: writeDomainEventCallbackMetadataChangeMsg },
  domainEventBlockJob2: { writeMessage: writeDomainEventBlockJob2Msg },
  domainEventBlockThreshold: { writeMessage: writeDomainEventBlockThresholdMsg },
  domainEventMemoryFailure: { writeMessage: writeDomainEventMemoryFailureMsg },
  domainEventMemoryDeviceSizeChange: { writeMessage: writeDomainEventMemoryDeviceSizeChangeMsg },
  qemuDomainMonitorCommand: { readArgs: readQemuDomainMonitorCommandArgs, writeRet: writeQemuDomainMonitorCommandRet },
  qemuDomainAgentCommand: { readArgs: readQemuDomainAgentCommandArgs, writeRet: writeQemuDomainAgentCommandRet },
} as const;
