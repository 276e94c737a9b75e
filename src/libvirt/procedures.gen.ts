// Generated from libvirt 9.0.0 by
//   bun src/libvirt/generate.ts LIBVIRT_SOURCE/src/remote/remote_protocol.x
// Do not edit: change generator/wanted.ts or the generator and run it again.

import { type EventMessage, eventMessage, type Procedure, procedure, readNothing, writeNothing } from "./procedure.ts";
import { XdrError, type XdrReader, type XdrWriter } from "./xdr.ts";

/** struct remote_nonnull_domain */
export interface Domain {
  readonly name: string;
  readonly uuid: string;
  readonly id: number;
}
export function readDomain(r: XdrReader): Domain {
  return {
    name: r.string(4194304),
    uuid: r.uuid(),
    id: r.int(),
  };
}

/** struct remote_nonnull_network */
export interface Network {
  readonly name: string;
  readonly uuid: string;
}
export function readNetwork(r: XdrReader): Network {
  return {
    name: r.string(4194304),
    uuid: r.uuid(),
  };
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
export function readRemoteError(r: XdrReader): RemoteError {
  return {
    code: r.int(),
    domain: r.int(),
    message: r.bool() ? r.string(4194304) : null,
    level: r.int(),
    dom: r.bool() ? readDomain(r) : null,
    str1: r.bool() ? r.string(4194304) : null,
    str2: r.bool() ? r.string(4194304) : null,
    str3: r.bool() ? r.string(4194304) : null,
    int1: r.int(),
    int2: r.int(),
    net: r.bool() ? readNetwork(r) : null,
  };
}

/** struct remote_auth_list_ret */
export interface AuthListRet {
  readonly types: readonly number[];
}
export function readAuthListRet(r: XdrReader): AuthListRet {
  return {
    types: r.array(20, (r) => r.int()),
  };
}

/** struct remote_auth_polkit_ret */
export interface AuthPolkitRet {
  readonly complete: number;
}
export function readAuthPolkitRet(r: XdrReader): AuthPolkitRet {
  return {
    complete: r.int(),
  };
}

/** struct remote_connect_open_args */
export interface ConnectOpenArgs {
  readonly name: string | null;
  readonly flags: number;
}
export function writeConnectOpenArgs(w: XdrWriter, v: ConnectOpenArgs): void {
  if (w.present(v.name)) w.string(v.name, 4194304);
  w.uint(v.flags);
}

/** struct remote_connect_get_type_ret */
export interface ConnectGetTypeRet {
  readonly type: string;
}
export function readConnectGetTypeRet(r: XdrReader): ConnectGetTypeRet {
  return {
    type: r.string(4194304),
  };
}

/** struct remote_connect_get_version_ret */
export interface ConnectGetVersionRet {
  readonly hvVer: bigint;
}
export function readConnectGetVersionRet(r: XdrReader): ConnectGetVersionRet {
  return {
    hvVer: r.uhyper(),
  };
}

/** struct remote_connect_get_lib_version_ret */
export interface ConnectGetLibVersionRet {
  readonly libVer: bigint;
}
export function readConnectGetLibVersionRet(r: XdrReader): ConnectGetLibVersionRet {
  return {
    libVer: r.uhyper(),
  };
}

/** struct remote_connect_get_hostname_ret */
export interface ConnectGetHostnameRet {
  readonly hostname: string;
}
export function readConnectGetHostnameRet(r: XdrReader): ConnectGetHostnameRet {
  return {
    hostname: r.string(4194304),
  };
}

/** struct remote_connect_get_uri_ret */
export interface ConnectGetURIRet {
  readonly uri: string;
}
export function readConnectGetURIRet(r: XdrReader): ConnectGetURIRet {
  return {
    uri: r.string(4194304),
  };
}

/** struct remote_connect_get_capabilities_ret */
export interface ConnectGetCapabilitiesRet {
  readonly capabilities: string;
}
export function readConnectGetCapabilitiesRet(r: XdrReader): ConnectGetCapabilitiesRet {
  return {
    capabilities: r.string(4194304),
  };
}

/** struct remote_connect_get_domain_capabilities_args */
export interface ConnectGetDomainCapabilitiesArgs {
  readonly emulatorbin: string | null;
  readonly arch: string | null;
  readonly machine: string | null;
  readonly virttype: string | null;
  readonly flags: number;
}
export function writeConnectGetDomainCapabilitiesArgs(w: XdrWriter, v: ConnectGetDomainCapabilitiesArgs): void {
  if (w.present(v.emulatorbin)) w.string(v.emulatorbin, 4194304);
  if (w.present(v.arch)) w.string(v.arch, 4194304);
  if (w.present(v.machine)) w.string(v.machine, 4194304);
  if (w.present(v.virttype)) w.string(v.virttype, 4194304);
  w.uint(v.flags);
}

/** struct remote_connect_get_domain_capabilities_ret */
export interface ConnectGetDomainCapabilitiesRet {
  readonly capabilities: string;
}
export function readConnectGetDomainCapabilitiesRet(r: XdrReader): ConnectGetDomainCapabilitiesRet {
  return {
    capabilities: r.string(4194304),
  };
}

/** struct remote_connect_get_max_vcpus_args */
export interface ConnectGetMaxVcpusArgs {
  readonly type: string | null;
}
export function writeConnectGetMaxVcpusArgs(w: XdrWriter, v: ConnectGetMaxVcpusArgs): void {
  if (w.present(v.type)) w.string(v.type, 4194304);
}

/** struct remote_connect_get_max_vcpus_ret */
export interface ConnectGetMaxVcpusRet {
  readonly maxVcpus: number;
}
export function readConnectGetMaxVcpusRet(r: XdrReader): ConnectGetMaxVcpusRet {
  return {
    maxVcpus: r.int(),
  };
}

/** struct remote_connect_supports_feature_args */
export interface ConnectSupportsFeatureArgs {
  readonly feature: number;
}
export function writeConnectSupportsFeatureArgs(w: XdrWriter, v: ConnectSupportsFeatureArgs): void {
  w.int(v.feature);
}

/** struct remote_connect_supports_feature_ret */
export interface ConnectSupportsFeatureRet {
  readonly supported: number;
}
export function readConnectSupportsFeatureRet(r: XdrReader): ConnectSupportsFeatureRet {
  return {
    supported: r.int(),
  };
}

/** struct remote_connect_is_secure_ret */
export interface ConnectIsSecureRet {
  readonly secure: number;
}
export function readConnectIsSecureRet(r: XdrReader): ConnectIsSecureRet {
  return {
    secure: r.int(),
  };
}

/** struct remote_connect_list_all_domains_args */
export interface ConnectListAllDomainsArgs {
  readonly needResults: number;
  readonly flags: number;
}
export function writeConnectListAllDomainsArgs(w: XdrWriter, v: ConnectListAllDomainsArgs): void {
  w.int(v.needResults);
  w.uint(v.flags);
}

/** struct remote_connect_list_all_domains_ret */
export interface ConnectListAllDomainsRet {
  readonly domains: readonly Domain[];
  readonly ret: number;
}
export function readConnectListAllDomainsRet(r: XdrReader): ConnectListAllDomainsRet {
  return {
    domains: r.array(16384, readDomain),
    ret: r.uint(),
  };
}

export function writeDomain(w: XdrWriter, v: Domain): void {
  w.string(v.name, 4194304);
  w.uuid(v.uuid);
  w.int(v.id);
}

/** struct remote_connect_get_all_domain_stats_args */
export interface ConnectGetAllDomainStatsArgs {
  readonly doms: readonly Domain[];
  readonly stats: number;
  readonly flags: number;
}
export function writeConnectGetAllDomainStatsArgs(w: XdrWriter, v: ConnectGetAllDomainStatsArgs): void {
  w.array(v.doms, 16384, writeDomain);
  w.uint(v.stats);
  w.uint(v.flags);
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

/** struct remote_typed_param */
export interface TypedParam {
  readonly field: string;
  readonly value: TypedParamValue;
}
export function readTypedParam(r: XdrReader): TypedParam {
  return {
    field: r.string(4194304),
    value: readTypedParamValue(r),
  };
}

/** struct remote_domain_stats_record */
export interface DomainStatsRecord {
  readonly dom: Domain;
  readonly params: readonly TypedParam[];
}
export function readDomainStatsRecord(r: XdrReader): DomainStatsRecord {
  return {
    dom: readDomain(r),
    params: r.array(262144, readTypedParam),
  };
}

/** struct remote_connect_get_all_domain_stats_ret */
export interface ConnectGetAllDomainStatsRet {
  readonly retStats: readonly DomainStatsRecord[];
}
export function readConnectGetAllDomainStatsRet(r: XdrReader): ConnectGetAllDomainStatsRet {
  return {
    retStats: r.array(16384, readDomainStatsRecord),
  };
}

/** struct remote_connect_compare_cpu_args */
export interface ConnectCompareCPUArgs {
  readonly xml: string;
  readonly flags: number;
}
export function writeConnectCompareCPUArgs(w: XdrWriter, v: ConnectCompareCPUArgs): void {
  w.string(v.xml, 4194304);
  w.uint(v.flags);
}

/** struct remote_connect_compare_cpu_ret */
export interface ConnectCompareCPURet {
  readonly result: number;
}
export function readConnectCompareCPURet(r: XdrReader): ConnectCompareCPURet {
  return {
    result: r.int(),
  };
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
export function writeConnectCompareHypervisorCPUArgs(w: XdrWriter, v: ConnectCompareHypervisorCPUArgs): void {
  if (w.present(v.emulator)) w.string(v.emulator, 4194304);
  if (w.present(v.arch)) w.string(v.arch, 4194304);
  if (w.present(v.machine)) w.string(v.machine, 4194304);
  if (w.present(v.virttype)) w.string(v.virttype, 4194304);
  w.string(v.xmlCPU, 4194304);
  w.uint(v.flags);
}

/** struct remote_connect_compare_hypervisor_cpu_ret */
export interface ConnectCompareHypervisorCPURet {
  readonly result: number;
}
export function readConnectCompareHypervisorCPURet(r: XdrReader): ConnectCompareHypervisorCPURet {
  return {
    result: r.int(),
  };
}

/** struct remote_connect_baseline_cpu_args */
export interface ConnectBaselineCPUArgs {
  readonly xmlCPUs: readonly string[];
  readonly flags: number;
}
export function writeConnectBaselineCPUArgs(w: XdrWriter, v: ConnectBaselineCPUArgs): void {
  w.array(v.xmlCPUs, 256, (w, v) => w.string(v, 4194304));
  w.uint(v.flags);
}

/** struct remote_connect_baseline_cpu_ret */
export interface ConnectBaselineCPURet {
  readonly cpu: string;
}
export function readConnectBaselineCPURet(r: XdrReader): ConnectBaselineCPURet {
  return {
    cpu: r.string(4194304),
  };
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
export function writeConnectBaselineHypervisorCPUArgs(w: XdrWriter, v: ConnectBaselineHypervisorCPUArgs): void {
  if (w.present(v.emulator)) w.string(v.emulator, 4194304);
  if (w.present(v.arch)) w.string(v.arch, 4194304);
  if (w.present(v.machine)) w.string(v.machine, 4194304);
  if (w.present(v.virttype)) w.string(v.virttype, 4194304);
  w.array(v.xmlCPUs, 256, (w, v) => w.string(v, 4194304));
  w.uint(v.flags);
}

/** struct remote_connect_baseline_hypervisor_cpu_ret */
export interface ConnectBaselineHypervisorCPURet {
  readonly cpu: string;
}
export function readConnectBaselineHypervisorCPURet(r: XdrReader): ConnectBaselineHypervisorCPURet {
  return {
    cpu: r.string(4194304),
  };
}

/** struct remote_connect_get_cpu_model_names_args */
export interface ConnectGetCPUModelNamesArgs {
  readonly arch: string;
  readonly needResults: number;
  readonly flags: number;
}
export function writeConnectGetCPUModelNamesArgs(w: XdrWriter, v: ConnectGetCPUModelNamesArgs): void {
  w.string(v.arch, 4194304);
  w.int(v.needResults);
  w.uint(v.flags);
}

/** struct remote_connect_get_cpu_model_names_ret */
export interface ConnectGetCPUModelNamesRet {
  readonly models: readonly string[];
  readonly ret: number;
}
export function readConnectGetCPUModelNamesRet(r: XdrReader): ConnectGetCPUModelNamesRet {
  return {
    models: r.array(8192, (r) => r.string(4194304)),
    ret: r.int(),
  };
}

/** struct remote_connect_get_sysinfo_args */
export interface ConnectGetSysinfoArgs {
  readonly flags: number;
}
export function writeConnectGetSysinfoArgs(w: XdrWriter, v: ConnectGetSysinfoArgs): void {
  w.uint(v.flags);
}

/** struct remote_connect_get_sysinfo_ret */
export interface ConnectGetSysinfoRet {
  readonly sysinfo: string;
}
export function readConnectGetSysinfoRet(r: XdrReader): ConnectGetSysinfoRet {
  return {
    sysinfo: r.string(4194304),
  };
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
export function readNodeGetInfoRet(r: XdrReader): NodeGetInfoRet {
  return {
    model: r.charVector(32),
    memory: r.uhyper(),
    cpus: r.int(),
    mhz: r.int(),
    nodes: r.int(),
    sockets: r.int(),
    cores: r.int(),
    threads: r.int(),
  };
}

/** struct remote_node_get_memory_stats_args */
export interface NodeGetMemoryStatsArgs {
  readonly nparams: number;
  readonly cellNum: number;
  readonly flags: number;
}
export function writeNodeGetMemoryStatsArgs(w: XdrWriter, v: NodeGetMemoryStatsArgs): void {
  w.int(v.nparams);
  w.int(v.cellNum);
  w.uint(v.flags);
}

/** struct remote_node_get_memory_stats */
export interface NodeGetMemoryStats {
  readonly field: string;
  readonly value: bigint;
}
export function readNodeGetMemoryStats(r: XdrReader): NodeGetMemoryStats {
  return {
    field: r.string(4194304),
    value: r.uhyper(),
  };
}

/** struct remote_node_get_memory_stats_ret */
export interface NodeGetMemoryStatsRet {
  readonly params: readonly NodeGetMemoryStats[];
  readonly nparams: number;
}
export function readNodeGetMemoryStatsRet(r: XdrReader): NodeGetMemoryStatsRet {
  return {
    params: r.array(16, readNodeGetMemoryStats),
    nparams: r.int(),
  };
}

/** struct remote_node_get_cpu_stats_args */
export interface NodeGetCPUStatsArgs {
  readonly cpuNum: number;
  readonly nparams: number;
  readonly flags: number;
}
export function writeNodeGetCPUStatsArgs(w: XdrWriter, v: NodeGetCPUStatsArgs): void {
  w.int(v.cpuNum);
  w.int(v.nparams);
  w.uint(v.flags);
}

/** struct remote_node_get_cpu_stats */
export interface NodeGetCPUStats {
  readonly field: string;
  readonly value: bigint;
}
export function readNodeGetCPUStats(r: XdrReader): NodeGetCPUStats {
  return {
    field: r.string(4194304),
    value: r.uhyper(),
  };
}

/** struct remote_node_get_cpu_stats_ret */
export interface NodeGetCPUStatsRet {
  readonly params: readonly NodeGetCPUStats[];
  readonly nparams: number;
}
export function readNodeGetCPUStatsRet(r: XdrReader): NodeGetCPUStatsRet {
  return {
    params: r.array(16, readNodeGetCPUStats),
    nparams: r.int(),
  };
}

/** struct remote_node_get_cpu_map_args */
export interface NodeGetCPUMapArgs {
  readonly needMap: number;
  readonly needOnline: number;
  readonly flags: number;
}
export function writeNodeGetCPUMapArgs(w: XdrWriter, v: NodeGetCPUMapArgs): void {
  w.int(v.needMap);
  w.int(v.needOnline);
  w.uint(v.flags);
}

/** struct remote_node_get_cpu_map_ret */
export interface NodeGetCPUMapRet {
  readonly cpumap: Uint8Array;
  readonly online: number;
  readonly ret: number;
}
export function readNodeGetCPUMapRet(r: XdrReader): NodeGetCPUMapRet {
  return {
    cpumap: r.opaque(2048),
    online: r.uint(),
    ret: r.int(),
  };
}

/** struct remote_node_get_free_memory_ret */
export interface NodeGetFreeMemoryRet {
  readonly freeMem: bigint;
}
export function readNodeGetFreeMemoryRet(r: XdrReader): NodeGetFreeMemoryRet {
  return {
    freeMem: r.uhyper(),
  };
}

/** struct remote_node_get_cells_free_memory_args */
export interface NodeGetCellsFreeMemoryArgs {
  readonly startCell: number;
  readonly maxcells: number;
}
export function writeNodeGetCellsFreeMemoryArgs(w: XdrWriter, v: NodeGetCellsFreeMemoryArgs): void {
  w.int(v.startCell);
  w.int(v.maxcells);
}

/** struct remote_node_get_cells_free_memory_ret */
export interface NodeGetCellsFreeMemoryRet {
  readonly cells: readonly bigint[];
}
export function readNodeGetCellsFreeMemoryRet(r: XdrReader): NodeGetCellsFreeMemoryRet {
  return {
    cells: r.array(1024, (r) => r.uhyper()),
  };
}

/** struct remote_domain_lookup_by_id_args */
export interface DomainLookupByIDArgs {
  readonly id: number;
}
export function writeDomainLookupByIDArgs(w: XdrWriter, v: DomainLookupByIDArgs): void {
  w.int(v.id);
}

/** struct remote_domain_lookup_by_id_ret */
export interface DomainLookupByIDRet {
  readonly dom: Domain;
}
export function readDomainLookupByIDRet(r: XdrReader): DomainLookupByIDRet {
  return {
    dom: readDomain(r),
  };
}

/** struct remote_domain_lookup_by_uuid_args */
export interface DomainLookupByUUIDArgs {
  readonly uuid: string;
}
export function writeDomainLookupByUUIDArgs(w: XdrWriter, v: DomainLookupByUUIDArgs): void {
  w.uuid(v.uuid);
}

/** struct remote_domain_lookup_by_uuid_ret */
export interface DomainLookupByUUIDRet {
  readonly dom: Domain;
}
export function readDomainLookupByUUIDRet(r: XdrReader): DomainLookupByUUIDRet {
  return {
    dom: readDomain(r),
  };
}

/** struct remote_domain_lookup_by_name_args */
export interface DomainLookupByNameArgs {
  readonly name: string;
}
export function writeDomainLookupByNameArgs(w: XdrWriter, v: DomainLookupByNameArgs): void {
  w.string(v.name, 4194304);
}

/** struct remote_domain_lookup_by_name_ret */
export interface DomainLookupByNameRet {
  readonly dom: Domain;
}
export function readDomainLookupByNameRet(r: XdrReader): DomainLookupByNameRet {
  return {
    dom: readDomain(r),
  };
}

/** struct remote_domain_define_xml_flags_args */
export interface DomainDefineXMLFlagsArgs {
  readonly xml: string;
  readonly flags: number;
}
export function writeDomainDefineXMLFlagsArgs(w: XdrWriter, v: DomainDefineXMLFlagsArgs): void {
  w.string(v.xml, 4194304);
  w.uint(v.flags);
}

/** struct remote_domain_define_xml_flags_ret */
export interface DomainDefineXMLFlagsRet {
  readonly dom: Domain;
}
export function readDomainDefineXMLFlagsRet(r: XdrReader): DomainDefineXMLFlagsRet {
  return {
    dom: readDomain(r),
  };
}

/** struct remote_domain_create_xml_args */
export interface DomainCreateXMLArgs {
  readonly xmlDesc: string;
  readonly flags: number;
}
export function writeDomainCreateXMLArgs(w: XdrWriter, v: DomainCreateXMLArgs): void {
  w.string(v.xmlDesc, 4194304);
  w.uint(v.flags);
}

/** struct remote_domain_create_xml_ret */
export interface DomainCreateXMLRet {
  readonly dom: Domain;
}
export function readDomainCreateXMLRet(r: XdrReader): DomainCreateXMLRet {
  return {
    dom: readDomain(r),
  };
}

/** struct remote_domain_create_with_flags_args */
export interface DomainCreateWithFlagsArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function writeDomainCreateWithFlagsArgs(w: XdrWriter, v: DomainCreateWithFlagsArgs): void {
  writeDomain(w, v.dom);
  w.uint(v.flags);
}

/** struct remote_domain_create_with_flags_ret */
export interface DomainCreateWithFlagsRet {
  readonly dom: Domain;
}
export function readDomainCreateWithFlagsRet(r: XdrReader): DomainCreateWithFlagsRet {
  return {
    dom: readDomain(r),
  };
}

/** struct remote_domain_destroy_flags_args */
export interface DomainDestroyFlagsArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function writeDomainDestroyFlagsArgs(w: XdrWriter, v: DomainDestroyFlagsArgs): void {
  writeDomain(w, v.dom);
  w.uint(v.flags);
}

/** struct remote_domain_undefine_flags_args */
export interface DomainUndefineFlagsArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function writeDomainUndefineFlagsArgs(w: XdrWriter, v: DomainUndefineFlagsArgs): void {
  writeDomain(w, v.dom);
  w.uint(v.flags);
}

/** struct remote_domain_shutdown_flags_args */
export interface DomainShutdownFlagsArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function writeDomainShutdownFlagsArgs(w: XdrWriter, v: DomainShutdownFlagsArgs): void {
  writeDomain(w, v.dom);
  w.uint(v.flags);
}

/** struct remote_domain_reboot_args */
export interface DomainRebootArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function writeDomainRebootArgs(w: XdrWriter, v: DomainRebootArgs): void {
  writeDomain(w, v.dom);
  w.uint(v.flags);
}

/** struct remote_domain_reset_args */
export interface DomainResetArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function writeDomainResetArgs(w: XdrWriter, v: DomainResetArgs): void {
  writeDomain(w, v.dom);
  w.uint(v.flags);
}

/** struct remote_domain_suspend_args */
export interface DomainSuspendArgs {
  readonly dom: Domain;
}
export function writeDomainSuspendArgs(w: XdrWriter, v: DomainSuspendArgs): void {
  writeDomain(w, v.dom);
}

/** struct remote_domain_resume_args */
export interface DomainResumeArgs {
  readonly dom: Domain;
}
export function writeDomainResumeArgs(w: XdrWriter, v: DomainResumeArgs): void {
  writeDomain(w, v.dom);
}

/** struct remote_domain_inject_nmi_args */
export interface DomainInjectNMIArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function writeDomainInjectNMIArgs(w: XdrWriter, v: DomainInjectNMIArgs): void {
  writeDomain(w, v.dom);
  w.uint(v.flags);
}

/** struct remote_domain_rename_args */
export interface DomainRenameArgs {
  readonly dom: Domain;
  readonly newName: string | null;
  readonly flags: number;
}
export function writeDomainRenameArgs(w: XdrWriter, v: DomainRenameArgs): void {
  writeDomain(w, v.dom);
  if (w.present(v.newName)) w.string(v.newName, 4194304);
  w.uint(v.flags);
}

/** struct remote_domain_rename_ret */
export interface DomainRenameRet {
  readonly retcode: number;
}
export function readDomainRenameRet(r: XdrReader): DomainRenameRet {
  return {
    retcode: r.int(),
  };
}

/** struct remote_domain_pm_suspend_for_duration_args */
export interface DomainPMSuspendForDurationArgs {
  readonly dom: Domain;
  readonly target: number;
  readonly duration: bigint;
  readonly flags: number;
}
export function writeDomainPMSuspendForDurationArgs(w: XdrWriter, v: DomainPMSuspendForDurationArgs): void {
  writeDomain(w, v.dom);
  w.uint(v.target);
  w.uhyper(v.duration);
  w.uint(v.flags);
}

/** struct remote_domain_pm_wakeup_args */
export interface DomainPMWakeupArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function writeDomainPMWakeupArgs(w: XdrWriter, v: DomainPMWakeupArgs): void {
  writeDomain(w, v.dom);
  w.uint(v.flags);
}

/** struct remote_domain_get_state_args */
export interface DomainGetStateArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function writeDomainGetStateArgs(w: XdrWriter, v: DomainGetStateArgs): void {
  writeDomain(w, v.dom);
  w.uint(v.flags);
}

/** struct remote_domain_get_state_ret */
export interface DomainGetStateRet {
  readonly state: number;
  readonly reason: number;
}
export function readDomainGetStateRet(r: XdrReader): DomainGetStateRet {
  return {
    state: r.int(),
    reason: r.int(),
  };
}

/** struct remote_domain_get_info_args */
export interface DomainGetInfoArgs {
  readonly dom: Domain;
}
export function writeDomainGetInfoArgs(w: XdrWriter, v: DomainGetInfoArgs): void {
  writeDomain(w, v.dom);
}

/** struct remote_domain_get_info_ret */
export interface DomainGetInfoRet {
  readonly state: number;
  readonly maxMem: bigint;
  readonly memory: bigint;
  readonly nrVirtCpu: number;
  readonly cpuTime: bigint;
}
export function readDomainGetInfoRet(r: XdrReader): DomainGetInfoRet {
  return {
    state: r.uint(),
    maxMem: r.uhyper(),
    memory: r.uhyper(),
    nrVirtCpu: r.uint(),
    cpuTime: r.uhyper(),
  };
}

/** struct remote_domain_get_control_info_args */
export interface DomainGetControlInfoArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function writeDomainGetControlInfoArgs(w: XdrWriter, v: DomainGetControlInfoArgs): void {
  writeDomain(w, v.dom);
  w.uint(v.flags);
}

/** struct remote_domain_get_control_info_ret */
export interface DomainGetControlInfoRet {
  readonly state: number;
  readonly details: number;
  readonly stateTime: bigint;
}
export function readDomainGetControlInfoRet(r: XdrReader): DomainGetControlInfoRet {
  return {
    state: r.uint(),
    details: r.uint(),
    stateTime: r.uhyper(),
  };
}

/** struct remote_domain_get_xml_desc_args */
export interface DomainGetXMLDescArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function writeDomainGetXMLDescArgs(w: XdrWriter, v: DomainGetXMLDescArgs): void {
  writeDomain(w, v.dom);
  w.uint(v.flags);
}

/** struct remote_domain_get_xml_desc_ret */
export interface DomainGetXMLDescRet {
  readonly xml: string;
}
export function readDomainGetXMLDescRet(r: XdrReader): DomainGetXMLDescRet {
  return {
    xml: r.string(4194304),
  };
}

/** struct remote_domain_get_os_type_args */
export interface DomainGetOSTypeArgs {
  readonly dom: Domain;
}
export function writeDomainGetOSTypeArgs(w: XdrWriter, v: DomainGetOSTypeArgs): void {
  writeDomain(w, v.dom);
}

/** struct remote_domain_get_os_type_ret */
export interface DomainGetOSTypeRet {
  readonly type: string;
}
export function readDomainGetOSTypeRet(r: XdrReader): DomainGetOSTypeRet {
  return {
    type: r.string(4194304),
  };
}

/** struct remote_domain_is_active_args */
export interface DomainIsActiveArgs {
  readonly dom: Domain;
}
export function writeDomainIsActiveArgs(w: XdrWriter, v: DomainIsActiveArgs): void {
  writeDomain(w, v.dom);
}

/** struct remote_domain_is_active_ret */
export interface DomainIsActiveRet {
  readonly active: number;
}
export function readDomainIsActiveRet(r: XdrReader): DomainIsActiveRet {
  return {
    active: r.int(),
  };
}

/** struct remote_domain_is_persistent_args */
export interface DomainIsPersistentArgs {
  readonly dom: Domain;
}
export function writeDomainIsPersistentArgs(w: XdrWriter, v: DomainIsPersistentArgs): void {
  writeDomain(w, v.dom);
}

/** struct remote_domain_is_persistent_ret */
export interface DomainIsPersistentRet {
  readonly persistent: number;
}
export function readDomainIsPersistentRet(r: XdrReader): DomainIsPersistentRet {
  return {
    persistent: r.int(),
  };
}

/** struct remote_domain_is_updated_args */
export interface DomainIsUpdatedArgs {
  readonly dom: Domain;
}
export function writeDomainIsUpdatedArgs(w: XdrWriter, v: DomainIsUpdatedArgs): void {
  writeDomain(w, v.dom);
}

/** struct remote_domain_is_updated_ret */
export interface DomainIsUpdatedRet {
  readonly updated: number;
}
export function readDomainIsUpdatedRet(r: XdrReader): DomainIsUpdatedRet {
  return {
    updated: r.int(),
  };
}

/** struct remote_domain_get_hostname_args */
export interface DomainGetHostnameArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function writeDomainGetHostnameArgs(w: XdrWriter, v: DomainGetHostnameArgs): void {
  writeDomain(w, v.dom);
  w.uint(v.flags);
}

/** struct remote_domain_get_hostname_ret */
export interface DomainGetHostnameRet {
  readonly hostname: string;
}
export function readDomainGetHostnameRet(r: XdrReader): DomainGetHostnameRet {
  return {
    hostname: r.string(4194304),
  };
}

/** struct remote_domain_get_messages_args */
export interface DomainGetMessagesArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function writeDomainGetMessagesArgs(w: XdrWriter, v: DomainGetMessagesArgs): void {
  writeDomain(w, v.dom);
  w.uint(v.flags);
}

/** struct remote_domain_get_messages_ret */
export interface DomainGetMessagesRet {
  readonly msgs: readonly string[];
}
export function readDomainGetMessagesRet(r: XdrReader): DomainGetMessagesRet {
  return {
    msgs: r.array(2048, (r) => r.string(4194304)),
  };
}

/** struct remote_domain_get_autostart_args */
export interface DomainGetAutostartArgs {
  readonly dom: Domain;
}
export function writeDomainGetAutostartArgs(w: XdrWriter, v: DomainGetAutostartArgs): void {
  writeDomain(w, v.dom);
}

/** struct remote_domain_get_autostart_ret */
export interface DomainGetAutostartRet {
  readonly autostart: number;
}
export function readDomainGetAutostartRet(r: XdrReader): DomainGetAutostartRet {
  return {
    autostart: r.int(),
  };
}

/** struct remote_domain_set_autostart_args */
export interface DomainSetAutostartArgs {
  readonly dom: Domain;
  readonly autostart: number;
}
export function writeDomainSetAutostartArgs(w: XdrWriter, v: DomainSetAutostartArgs): void {
  writeDomain(w, v.dom);
  w.int(v.autostart);
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
export function writeDomainSetMetadataArgs(w: XdrWriter, v: DomainSetMetadataArgs): void {
  writeDomain(w, v.dom);
  w.int(v.type);
  if (w.present(v.metadata)) w.string(v.metadata, 4194304);
  if (w.present(v.key)) w.string(v.key, 4194304);
  if (w.present(v.uri)) w.string(v.uri, 4194304);
  w.uint(v.flags);
}

/** struct remote_domain_get_metadata_args */
export interface DomainGetMetadataArgs {
  readonly dom: Domain;
  readonly type: number;
  readonly uri: string | null;
  readonly flags: number;
}
export function writeDomainGetMetadataArgs(w: XdrWriter, v: DomainGetMetadataArgs): void {
  writeDomain(w, v.dom);
  w.int(v.type);
  if (w.present(v.uri)) w.string(v.uri, 4194304);
  w.uint(v.flags);
}

/** struct remote_domain_get_metadata_ret */
export interface DomainGetMetadataRet {
  readonly metadata: string;
}
export function readDomainGetMetadataRet(r: XdrReader): DomainGetMetadataRet {
  return {
    metadata: r.string(4194304),
  };
}

/** struct remote_domain_attach_device_flags_args */
export interface DomainAttachDeviceFlagsArgs {
  readonly dom: Domain;
  readonly xml: string;
  readonly flags: number;
}
export function writeDomainAttachDeviceFlagsArgs(w: XdrWriter, v: DomainAttachDeviceFlagsArgs): void {
  writeDomain(w, v.dom);
  w.string(v.xml, 4194304);
  w.uint(v.flags);
}

/** struct remote_domain_detach_device_flags_args */
export interface DomainDetachDeviceFlagsArgs {
  readonly dom: Domain;
  readonly xml: string;
  readonly flags: number;
}
export function writeDomainDetachDeviceFlagsArgs(w: XdrWriter, v: DomainDetachDeviceFlagsArgs): void {
  writeDomain(w, v.dom);
  w.string(v.xml, 4194304);
  w.uint(v.flags);
}

/** struct remote_domain_update_device_flags_args */
export interface DomainUpdateDeviceFlagsArgs {
  readonly dom: Domain;
  readonly xml: string;
  readonly flags: number;
}
export function writeDomainUpdateDeviceFlagsArgs(w: XdrWriter, v: DomainUpdateDeviceFlagsArgs): void {
  writeDomain(w, v.dom);
  w.string(v.xml, 4194304);
  w.uint(v.flags);
}

/** struct remote_domain_detach_device_alias_args */
export interface DomainDetachDeviceAliasArgs {
  readonly dom: Domain;
  readonly alias: string;
  readonly flags: number;
}
export function writeDomainDetachDeviceAliasArgs(w: XdrWriter, v: DomainDetachDeviceAliasArgs): void {
  writeDomain(w, v.dom);
  w.string(v.alias, 4194304);
  w.uint(v.flags);
}

/** struct remote_domain_save_flags_args */
export interface DomainSaveFlagsArgs {
  readonly dom: Domain;
  readonly to: string;
  readonly dxml: string | null;
  readonly flags: number;
}
export function writeDomainSaveFlagsArgs(w: XdrWriter, v: DomainSaveFlagsArgs): void {
  writeDomain(w, v.dom);
  w.string(v.to, 4194304);
  if (w.present(v.dxml)) w.string(v.dxml, 4194304);
  w.uint(v.flags);
}

/** struct remote_domain_restore_flags_args */
export interface DomainRestoreFlagsArgs {
  readonly from: string;
  readonly dxml: string | null;
  readonly flags: number;
}
export function writeDomainRestoreFlagsArgs(w: XdrWriter, v: DomainRestoreFlagsArgs): void {
  w.string(v.from, 4194304);
  if (w.present(v.dxml)) w.string(v.dxml, 4194304);
  w.uint(v.flags);
}

/** struct remote_domain_managed_save_args */
export interface DomainManagedSaveArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function writeDomainManagedSaveArgs(w: XdrWriter, v: DomainManagedSaveArgs): void {
  writeDomain(w, v.dom);
  w.uint(v.flags);
}

/** struct remote_domain_managed_save_remove_args */
export interface DomainManagedSaveRemoveArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function writeDomainManagedSaveRemoveArgs(w: XdrWriter, v: DomainManagedSaveRemoveArgs): void {
  writeDomain(w, v.dom);
  w.uint(v.flags);
}

/** struct remote_domain_has_managed_save_image_args */
export interface DomainHasManagedSaveImageArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function writeDomainHasManagedSaveImageArgs(w: XdrWriter, v: DomainHasManagedSaveImageArgs): void {
  writeDomain(w, v.dom);
  w.uint(v.flags);
}

/** struct remote_domain_has_managed_save_image_ret */
export interface DomainHasManagedSaveImageRet {
  readonly result: number;
}
export function readDomainHasManagedSaveImageRet(r: XdrReader): DomainHasManagedSaveImageRet {
  return {
    result: r.int(),
  };
}

/** struct remote_domain_core_dump_with_format_args */
export interface DomainCoreDumpWithFormatArgs {
  readonly dom: Domain;
  readonly to: string;
  readonly dumpformat: number;
  readonly flags: number;
}
export function writeDomainCoreDumpWithFormatArgs(w: XdrWriter, v: DomainCoreDumpWithFormatArgs): void {
  writeDomain(w, v.dom);
  w.string(v.to, 4194304);
  w.uint(v.dumpformat);
  w.uint(v.flags);
}

/** struct remote_domain_block_stats_args */
export interface DomainBlockStatsArgs {
  readonly dom: Domain;
  readonly path: string;
}
export function writeDomainBlockStatsArgs(w: XdrWriter, v: DomainBlockStatsArgs): void {
  writeDomain(w, v.dom);
  w.string(v.path, 4194304);
}

/** struct remote_domain_block_stats_ret */
export interface DomainBlockStatsRet {
  readonly rdReq: bigint;
  readonly rdBytes: bigint;
  readonly wrReq: bigint;
  readonly wrBytes: bigint;
  readonly errs: bigint;
}
export function readDomainBlockStatsRet(r: XdrReader): DomainBlockStatsRet {
  return {
    rdReq: r.hyper(),
    rdBytes: r.hyper(),
    wrReq: r.hyper(),
    wrBytes: r.hyper(),
    errs: r.hyper(),
  };
}

/** struct remote_domain_block_stats_flags_args */
export interface DomainBlockStatsFlagsArgs {
  readonly dom: Domain;
  readonly path: string;
  readonly nparams: number;
  readonly flags: number;
}
export function writeDomainBlockStatsFlagsArgs(w: XdrWriter, v: DomainBlockStatsFlagsArgs): void {
  writeDomain(w, v.dom);
  w.string(v.path, 4194304);
  w.int(v.nparams);
  w.uint(v.flags);
}

/** struct remote_domain_block_stats_flags_ret */
export interface DomainBlockStatsFlagsRet {
  readonly params: readonly TypedParam[];
  readonly nparams: number;
}
export function readDomainBlockStatsFlagsRet(r: XdrReader): DomainBlockStatsFlagsRet {
  return {
    params: r.array(16, readTypedParam),
    nparams: r.int(),
  };
}

/** struct remote_domain_interface_stats_args */
export interface DomainInterfaceStatsArgs {
  readonly dom: Domain;
  readonly device: string;
}
export function writeDomainInterfaceStatsArgs(w: XdrWriter, v: DomainInterfaceStatsArgs): void {
  writeDomain(w, v.dom);
  w.string(v.device, 4194304);
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
export function readDomainInterfaceStatsRet(r: XdrReader): DomainInterfaceStatsRet {
  return {
    rxBytes: r.hyper(),
    rxPackets: r.hyper(),
    rxErrs: r.hyper(),
    rxDrop: r.hyper(),
    txBytes: r.hyper(),
    txPackets: r.hyper(),
    txErrs: r.hyper(),
    txDrop: r.hyper(),
  };
}

/** struct remote_domain_memory_stats_args */
export interface DomainMemoryStatsArgs {
  readonly dom: Domain;
  readonly maxStats: number;
  readonly flags: number;
}
export function writeDomainMemoryStatsArgs(w: XdrWriter, v: DomainMemoryStatsArgs): void {
  writeDomain(w, v.dom);
  w.uint(v.maxStats);
  w.uint(v.flags);
}

/** struct remote_domain_memory_stat */
export interface DomainMemoryStat {
  readonly tag: number;
  readonly val: bigint;
}
export function readDomainMemoryStat(r: XdrReader): DomainMemoryStat {
  return {
    tag: r.int(),
    val: r.uhyper(),
  };
}

/** struct remote_domain_memory_stats_ret */
export interface DomainMemoryStatsRet {
  readonly stats: readonly DomainMemoryStat[];
}
export function readDomainMemoryStatsRet(r: XdrReader): DomainMemoryStatsRet {
  return {
    stats: r.array(1024, readDomainMemoryStat),
  };
}

/** struct remote_domain_get_cpu_stats_args */
export interface DomainGetCPUStatsArgs {
  readonly dom: Domain;
  readonly nparams: number;
  readonly startCpu: number;
  readonly ncpus: number;
  readonly flags: number;
}
export function writeDomainGetCPUStatsArgs(w: XdrWriter, v: DomainGetCPUStatsArgs): void {
  writeDomain(w, v.dom);
  w.uint(v.nparams);
  w.int(v.startCpu);
  w.uint(v.ncpus);
  w.uint(v.flags);
}

/** struct remote_domain_get_cpu_stats_ret */
export interface DomainGetCPUStatsRet {
  readonly params: readonly TypedParam[];
  readonly nparams: number;
}
export function readDomainGetCPUStatsRet(r: XdrReader): DomainGetCPUStatsRet {
  return {
    params: r.array(2048, readTypedParam),
    nparams: r.int(),
  };
}

/** struct remote_domain_set_memory_stats_period_args */
export interface DomainSetMemoryStatsPeriodArgs {
  readonly dom: Domain;
  readonly period: number;
  readonly flags: number;
}
export function writeDomainSetMemoryStatsPeriodArgs(w: XdrWriter, v: DomainSetMemoryStatsPeriodArgs): void {
  writeDomain(w, v.dom);
  w.int(v.period);
  w.uint(v.flags);
}

/** struct remote_domain_get_disk_errors_args */
export interface DomainGetDiskErrorsArgs {
  readonly dom: Domain;
  readonly maxerrors: number;
  readonly flags: number;
}
export function writeDomainGetDiskErrorsArgs(w: XdrWriter, v: DomainGetDiskErrorsArgs): void {
  writeDomain(w, v.dom);
  w.uint(v.maxerrors);
  w.uint(v.flags);
}

/** struct remote_domain_disk_error */
export interface DomainDiskError {
  readonly disk: string;
  readonly error: number;
}
export function readDomainDiskError(r: XdrReader): DomainDiskError {
  return {
    disk: r.string(4194304),
    error: r.int(),
  };
}

/** struct remote_domain_get_disk_errors_ret */
export interface DomainGetDiskErrorsRet {
  readonly errors: readonly DomainDiskError[];
  readonly nerrors: number;
}
export function readDomainGetDiskErrorsRet(r: XdrReader): DomainGetDiskErrorsRet {
  return {
    errors: r.array(256, readDomainDiskError),
    nerrors: r.int(),
  };
}

/** struct remote_domain_get_block_info_args */
export interface DomainGetBlockInfoArgs {
  readonly dom: Domain;
  readonly path: string;
  readonly flags: number;
}
export function writeDomainGetBlockInfoArgs(w: XdrWriter, v: DomainGetBlockInfoArgs): void {
  writeDomain(w, v.dom);
  w.string(v.path, 4194304);
  w.uint(v.flags);
}

/** struct remote_domain_get_block_info_ret */
export interface DomainGetBlockInfoRet {
  readonly allocation: bigint;
  readonly capacity: bigint;
  readonly physical: bigint;
}
export function readDomainGetBlockInfoRet(r: XdrReader): DomainGetBlockInfoRet {
  return {
    allocation: r.uhyper(),
    capacity: r.uhyper(),
    physical: r.uhyper(),
  };
}

/** struct remote_domain_block_resize_args */
export interface DomainBlockResizeArgs {
  readonly dom: Domain;
  readonly disk: string;
  readonly size: bigint;
  readonly flags: number;
}
export function writeDomainBlockResizeArgs(w: XdrWriter, v: DomainBlockResizeArgs): void {
  writeDomain(w, v.dom);
  w.string(v.disk, 4194304);
  w.uhyper(v.size);
  w.uint(v.flags);
}

/** struct remote_domain_block_peek_args */
export interface DomainBlockPeekArgs {
  readonly dom: Domain;
  readonly path: string;
  readonly offset: bigint;
  readonly size: number;
  readonly flags: number;
}
export function writeDomainBlockPeekArgs(w: XdrWriter, v: DomainBlockPeekArgs): void {
  writeDomain(w, v.dom);
  w.string(v.path, 4194304);
  w.uhyper(v.offset);
  w.uint(v.size);
  w.uint(v.flags);
}

/** struct remote_domain_block_peek_ret */
export interface DomainBlockPeekRet {
  readonly buffer: Uint8Array;
}
export function readDomainBlockPeekRet(r: XdrReader): DomainBlockPeekRet {
  return {
    buffer: r.opaque(4194304),
  };
}

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

export function writeTypedParam(w: XdrWriter, v: TypedParam): void {
  w.string(v.field, 4194304);
  writeTypedParamValue(w, v.value);
}

/** struct remote_domain_block_copy_args */
export interface DomainBlockCopyArgs {
  readonly dom: Domain;
  readonly path: string;
  readonly destxml: string;
  readonly params: readonly TypedParam[];
  readonly flags: number;
}
export function writeDomainBlockCopyArgs(w: XdrWriter, v: DomainBlockCopyArgs): void {
  writeDomain(w, v.dom);
  w.string(v.path, 4194304);
  w.string(v.destxml, 4194304);
  w.array(v.params, 16, writeTypedParam);
  w.uint(v.flags);
}

/** struct remote_domain_block_rebase_args */
export interface DomainBlockRebaseArgs {
  readonly dom: Domain;
  readonly path: string;
  readonly base: string | null;
  readonly bandwidth: bigint;
  readonly flags: number;
}
export function writeDomainBlockRebaseArgs(w: XdrWriter, v: DomainBlockRebaseArgs): void {
  writeDomain(w, v.dom);
  w.string(v.path, 4194304);
  if (w.present(v.base)) w.string(v.base, 4194304);
  w.uhyper(v.bandwidth);
  w.uint(v.flags);
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
export function writeDomainBlockCommitArgs(w: XdrWriter, v: DomainBlockCommitArgs): void {
  writeDomain(w, v.dom);
  w.string(v.disk, 4194304);
  if (w.present(v.base)) w.string(v.base, 4194304);
  if (w.present(v.top)) w.string(v.top, 4194304);
  w.uhyper(v.bandwidth);
  w.uint(v.flags);
}

/** struct remote_domain_block_pull_args */
export interface DomainBlockPullArgs {
  readonly dom: Domain;
  readonly path: string;
  readonly bandwidth: bigint;
  readonly flags: number;
}
export function writeDomainBlockPullArgs(w: XdrWriter, v: DomainBlockPullArgs): void {
  writeDomain(w, v.dom);
  w.string(v.path, 4194304);
  w.uhyper(v.bandwidth);
  w.uint(v.flags);
}

/** struct remote_domain_get_block_job_info_args */
export interface DomainGetBlockJobInfoArgs {
  readonly dom: Domain;
  readonly path: string;
  readonly flags: number;
}
export function writeDomainGetBlockJobInfoArgs(w: XdrWriter, v: DomainGetBlockJobInfoArgs): void {
  writeDomain(w, v.dom);
  w.string(v.path, 4194304);
  w.uint(v.flags);
}

/** struct remote_domain_get_block_job_info_ret */
export interface DomainGetBlockJobInfoRet {
  readonly found: number;
  readonly type: number;
  readonly bandwidth: bigint;
  readonly cur: bigint;
  readonly end: bigint;
}
export function readDomainGetBlockJobInfoRet(r: XdrReader): DomainGetBlockJobInfoRet {
  return {
    found: r.int(),
    type: r.int(),
    bandwidth: r.uhyper(),
    cur: r.uhyper(),
    end: r.uhyper(),
  };
}

/** struct remote_domain_block_job_abort_args */
export interface DomainBlockJobAbortArgs {
  readonly dom: Domain;
  readonly path: string;
  readonly flags: number;
}
export function writeDomainBlockJobAbortArgs(w: XdrWriter, v: DomainBlockJobAbortArgs): void {
  writeDomain(w, v.dom);
  w.string(v.path, 4194304);
  w.uint(v.flags);
}

/** struct remote_domain_block_job_set_speed_args */
export interface DomainBlockJobSetSpeedArgs {
  readonly dom: Domain;
  readonly path: string;
  readonly bandwidth: bigint;
  readonly flags: number;
}
export function writeDomainBlockJobSetSpeedArgs(w: XdrWriter, v: DomainBlockJobSetSpeedArgs): void {
  writeDomain(w, v.dom);
  w.string(v.path, 4194304);
  w.uhyper(v.bandwidth);
  w.uint(v.flags);
}

/** struct remote_domain_set_block_io_tune_args */
export interface DomainSetBlockIoTuneArgs {
  readonly dom: Domain;
  readonly disk: string;
  readonly params: readonly TypedParam[];
  readonly flags: number;
}
export function writeDomainSetBlockIoTuneArgs(w: XdrWriter, v: DomainSetBlockIoTuneArgs): void {
  writeDomain(w, v.dom);
  w.string(v.disk, 4194304);
  w.array(v.params, 32, writeTypedParam);
  w.uint(v.flags);
}

/** struct remote_domain_get_block_io_tune_args */
export interface DomainGetBlockIoTuneArgs {
  readonly dom: Domain;
  readonly disk: string | null;
  readonly nparams: number;
  readonly flags: number;
}
export function writeDomainGetBlockIoTuneArgs(w: XdrWriter, v: DomainGetBlockIoTuneArgs): void {
  writeDomain(w, v.dom);
  if (w.present(v.disk)) w.string(v.disk, 4194304);
  w.int(v.nparams);
  w.uint(v.flags);
}

/** struct remote_domain_get_block_io_tune_ret */
export interface DomainGetBlockIoTuneRet {
  readonly params: readonly TypedParam[];
  readonly nparams: number;
}
export function readDomainGetBlockIoTuneRet(r: XdrReader): DomainGetBlockIoTuneRet {
  return {
    params: r.array(32, readTypedParam),
    nparams: r.int(),
  };
}

/** struct remote_domain_set_block_threshold_args */
export interface DomainSetBlockThresholdArgs {
  readonly dom: Domain;
  readonly dev: string;
  readonly threshold: bigint;
  readonly flags: number;
}
export function writeDomainSetBlockThresholdArgs(w: XdrWriter, v: DomainSetBlockThresholdArgs): void {
  writeDomain(w, v.dom);
  w.string(v.dev, 4194304);
  w.uhyper(v.threshold);
  w.uint(v.flags);
}

/** struct remote_domain_snapshot_create_xml_args */
export interface DomainSnapshotCreateXMLArgs {
  readonly dom: Domain;
  readonly xmlDesc: string;
  readonly flags: number;
}
export function writeDomainSnapshotCreateXMLArgs(w: XdrWriter, v: DomainSnapshotCreateXMLArgs): void {
  writeDomain(w, v.dom);
  w.string(v.xmlDesc, 4194304);
  w.uint(v.flags);
}

/** struct remote_nonnull_domain_snapshot */
export interface DomainSnapshot {
  readonly name: string;
  readonly dom: Domain;
}
export function readDomainSnapshot(r: XdrReader): DomainSnapshot {
  return {
    name: r.string(4194304),
    dom: readDomain(r),
  };
}

/** struct remote_domain_snapshot_create_xml_ret */
export interface DomainSnapshotCreateXMLRet {
  readonly snap: DomainSnapshot;
}
export function readDomainSnapshotCreateXMLRet(r: XdrReader): DomainSnapshotCreateXMLRet {
  return {
    snap: readDomainSnapshot(r),
  };
}

export function writeDomainSnapshot(w: XdrWriter, v: DomainSnapshot): void {
  w.string(v.name, 4194304);
  writeDomain(w, v.dom);
}

/** struct remote_domain_snapshot_delete_args */
export interface DomainSnapshotDeleteArgs {
  readonly snap: DomainSnapshot;
  readonly flags: number;
}
export function writeDomainSnapshotDeleteArgs(w: XdrWriter, v: DomainSnapshotDeleteArgs): void {
  writeDomainSnapshot(w, v.snap);
  w.uint(v.flags);
}

/** struct remote_domain_snapshot_lookup_by_name_args */
export interface DomainSnapshotLookupByNameArgs {
  readonly dom: Domain;
  readonly name: string;
  readonly flags: number;
}
export function writeDomainSnapshotLookupByNameArgs(w: XdrWriter, v: DomainSnapshotLookupByNameArgs): void {
  writeDomain(w, v.dom);
  w.string(v.name, 4194304);
  w.uint(v.flags);
}

/** struct remote_domain_snapshot_lookup_by_name_ret */
export interface DomainSnapshotLookupByNameRet {
  readonly snap: DomainSnapshot;
}
export function readDomainSnapshotLookupByNameRet(r: XdrReader): DomainSnapshotLookupByNameRet {
  return {
    snap: readDomainSnapshot(r),
  };
}

/** struct remote_domain_snapshot_get_xml_desc_args */
export interface DomainSnapshotGetXMLDescArgs {
  readonly snap: DomainSnapshot;
  readonly flags: number;
}
export function writeDomainSnapshotGetXMLDescArgs(w: XdrWriter, v: DomainSnapshotGetXMLDescArgs): void {
  writeDomainSnapshot(w, v.snap);
  w.uint(v.flags);
}

/** struct remote_domain_snapshot_get_xml_desc_ret */
export interface DomainSnapshotGetXMLDescRet {
  readonly xml: string;
}
export function readDomainSnapshotGetXMLDescRet(r: XdrReader): DomainSnapshotGetXMLDescRet {
  return {
    xml: r.string(4194304),
  };
}

/** struct remote_domain_list_all_snapshots_args */
export interface DomainListAllSnapshotsArgs {
  readonly dom: Domain;
  readonly needResults: number;
  readonly flags: number;
}
export function writeDomainListAllSnapshotsArgs(w: XdrWriter, v: DomainListAllSnapshotsArgs): void {
  writeDomain(w, v.dom);
  w.int(v.needResults);
  w.uint(v.flags);
}

/** struct remote_domain_list_all_snapshots_ret */
export interface DomainListAllSnapshotsRet {
  readonly snapshots: readonly DomainSnapshot[];
  readonly ret: number;
}
export function readDomainListAllSnapshotsRet(r: XdrReader): DomainListAllSnapshotsRet {
  return {
    snapshots: r.array(16384, readDomainSnapshot),
    ret: r.int(),
  };
}

/** struct remote_domain_revert_to_snapshot_args */
export interface DomainRevertToSnapshotArgs {
  readonly snap: DomainSnapshot;
  readonly flags: number;
}
export function writeDomainRevertToSnapshotArgs(w: XdrWriter, v: DomainRevertToSnapshotArgs): void {
  writeDomainSnapshot(w, v.snap);
  w.uint(v.flags);
}

/** struct remote_domain_screenshot_args */
export interface DomainScreenshotArgs {
  readonly dom: Domain;
  readonly screen: number;
  readonly flags: number;
}
export function writeDomainScreenshotArgs(w: XdrWriter, v: DomainScreenshotArgs): void {
  writeDomain(w, v.dom);
  w.uint(v.screen);
  w.uint(v.flags);
}

/** struct remote_domain_screenshot_ret */
export interface DomainScreenshotRet {
  readonly mime: string | null;
}
export function readDomainScreenshotRet(r: XdrReader): DomainScreenshotRet {
  return {
    mime: r.bool() ? r.string(4194304) : null,
  };
}

/** struct remote_domain_open_console_args */
export interface DomainOpenConsoleArgs {
  readonly dom: Domain;
  readonly devName: string | null;
  readonly flags: number;
}
export function writeDomainOpenConsoleArgs(w: XdrWriter, v: DomainOpenConsoleArgs): void {
  writeDomain(w, v.dom);
  if (w.present(v.devName)) w.string(v.devName, 4194304);
  w.uint(v.flags);
}

/** struct remote_domain_open_channel_args */
export interface DomainOpenChannelArgs {
  readonly dom: Domain;
  readonly name: string | null;
  readonly flags: number;
}
export function writeDomainOpenChannelArgs(w: XdrWriter, v: DomainOpenChannelArgs): void {
  writeDomain(w, v.dom);
  if (w.present(v.name)) w.string(v.name, 4194304);
  w.uint(v.flags);
}

/** struct remote_domain_send_key_args */
export interface DomainSendKeyArgs {
  readonly dom: Domain;
  readonly codeset: number;
  readonly holdtime: number;
  readonly keycodes: readonly number[];
  readonly flags: number;
}
export function writeDomainSendKeyArgs(w: XdrWriter, v: DomainSendKeyArgs): void {
  writeDomain(w, v.dom);
  w.uint(v.codeset);
  w.uint(v.holdtime);
  w.array(v.keycodes, 16, (w, v) => w.uint(v));
  w.uint(v.flags);
}

/** struct remote_domain_get_vcpus_args */
export interface DomainGetVcpusArgs {
  readonly dom: Domain;
  readonly maxinfo: number;
  readonly maplen: number;
}
export function writeDomainGetVcpusArgs(w: XdrWriter, v: DomainGetVcpusArgs): void {
  writeDomain(w, v.dom);
  w.int(v.maxinfo);
  w.int(v.maplen);
}

/** struct remote_vcpu_info */
export interface VcpuInfo {
  readonly number: number;
  readonly state: number;
  readonly cpuTime: bigint;
  readonly cpu: number;
}
export function readVcpuInfo(r: XdrReader): VcpuInfo {
  return {
    number: r.uint(),
    state: r.int(),
    cpuTime: r.uhyper(),
    cpu: r.int(),
  };
}

/** struct remote_domain_get_vcpus_ret */
export interface DomainGetVcpusRet {
  readonly info: readonly VcpuInfo[];
  readonly cpumaps: Uint8Array;
}
export function readDomainGetVcpusRet(r: XdrReader): DomainGetVcpusRet {
  return {
    info: r.array(16384, readVcpuInfo),
    cpumaps: r.opaque(8388608),
  };
}

/** struct remote_domain_get_vcpus_flags_args */
export interface DomainGetVcpusFlagsArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function writeDomainGetVcpusFlagsArgs(w: XdrWriter, v: DomainGetVcpusFlagsArgs): void {
  writeDomain(w, v.dom);
  w.uint(v.flags);
}

/** struct remote_domain_get_vcpus_flags_ret */
export interface DomainGetVcpusFlagsRet {
  readonly num: number;
}
export function readDomainGetVcpusFlagsRet(r: XdrReader): DomainGetVcpusFlagsRet {
  return {
    num: r.int(),
  };
}

/** struct remote_domain_set_vcpus_flags_args */
export interface DomainSetVcpusFlagsArgs {
  readonly dom: Domain;
  readonly nvcpus: number;
  readonly flags: number;
}
export function writeDomainSetVcpusFlagsArgs(w: XdrWriter, v: DomainSetVcpusFlagsArgs): void {
  writeDomain(w, v.dom);
  w.uint(v.nvcpus);
  w.uint(v.flags);
}

/** struct remote_domain_get_max_vcpus_args */
export interface DomainGetMaxVcpusArgs {
  readonly dom: Domain;
}
export function writeDomainGetMaxVcpusArgs(w: XdrWriter, v: DomainGetMaxVcpusArgs): void {
  writeDomain(w, v.dom);
}

/** struct remote_domain_get_max_vcpus_ret */
export interface DomainGetMaxVcpusRet {
  readonly num: number;
}
export function readDomainGetMaxVcpusRet(r: XdrReader): DomainGetMaxVcpusRet {
  return {
    num: r.int(),
  };
}

/** struct remote_domain_pin_vcpu_flags_args */
export interface DomainPinVcpuFlagsArgs {
  readonly dom: Domain;
  readonly vcpu: number;
  readonly cpumap: Uint8Array;
  readonly flags: number;
}
export function writeDomainPinVcpuFlagsArgs(w: XdrWriter, v: DomainPinVcpuFlagsArgs): void {
  writeDomain(w, v.dom);
  w.uint(v.vcpu);
  w.opaque(v.cpumap, 2048);
  w.uint(v.flags);
}

/** struct remote_domain_get_max_memory_args */
export interface DomainGetMaxMemoryArgs {
  readonly dom: Domain;
}
export function writeDomainGetMaxMemoryArgs(w: XdrWriter, v: DomainGetMaxMemoryArgs): void {
  writeDomain(w, v.dom);
}

/** struct remote_domain_get_max_memory_ret */
export interface DomainGetMaxMemoryRet {
  readonly memory: bigint;
}
export function readDomainGetMaxMemoryRet(r: XdrReader): DomainGetMaxMemoryRet {
  return {
    memory: r.uhyper(),
  };
}

/** struct remote_domain_set_memory_flags_args */
export interface DomainSetMemoryFlagsArgs {
  readonly dom: Domain;
  readonly memory: bigint;
  readonly flags: number;
}
export function writeDomainSetMemoryFlagsArgs(w: XdrWriter, v: DomainSetMemoryFlagsArgs): void {
  writeDomain(w, v.dom);
  w.uhyper(v.memory);
  w.uint(v.flags);
}

/** struct remote_domain_set_interface_parameters_args */
export interface DomainSetInterfaceParametersArgs {
  readonly dom: Domain;
  readonly device: string;
  readonly params: readonly TypedParam[];
  readonly flags: number;
}
export function writeDomainSetInterfaceParametersArgs(w: XdrWriter, v: DomainSetInterfaceParametersArgs): void {
  writeDomain(w, v.dom);
  w.string(v.device, 4194304);
  w.array(v.params, 16, writeTypedParam);
  w.uint(v.flags);
}

/** struct remote_domain_set_scheduler_parameters_flags_args */
export interface DomainSetSchedulerParametersFlagsArgs {
  readonly dom: Domain;
  readonly params: readonly TypedParam[];
  readonly flags: number;
}
export function writeDomainSetSchedulerParametersFlagsArgs(w: XdrWriter, v: DomainSetSchedulerParametersFlagsArgs): void {
  writeDomain(w, v.dom);
  w.array(v.params, 16, writeTypedParam);
  w.uint(v.flags);
}

/** struct remote_domain_get_scheduler_parameters_flags_args */
export interface DomainGetSchedulerParametersFlagsArgs {
  readonly dom: Domain;
  readonly nparams: number;
  readonly flags: number;
}
export function writeDomainGetSchedulerParametersFlagsArgs(w: XdrWriter, v: DomainGetSchedulerParametersFlagsArgs): void {
  writeDomain(w, v.dom);
  w.int(v.nparams);
  w.uint(v.flags);
}

/** struct remote_domain_get_scheduler_parameters_flags_ret */
export interface DomainGetSchedulerParametersFlagsRet {
  readonly params: readonly TypedParam[];
}
export function readDomainGetSchedulerParametersFlagsRet(r: XdrReader): DomainGetSchedulerParametersFlagsRet {
  return {
    params: r.array(16, readTypedParam),
  };
}

/** struct remote_domain_migrate_begin3_params_args */
export interface DomainMigrateBegin3ParamsArgs {
  readonly dom: Domain;
  readonly params: readonly TypedParam[];
  readonly flags: number;
}
export function writeDomainMigrateBegin3ParamsArgs(w: XdrWriter, v: DomainMigrateBegin3ParamsArgs): void {
  writeDomain(w, v.dom);
  w.array(v.params, 64, writeTypedParam);
  w.uint(v.flags);
}

/** struct remote_domain_migrate_begin3_params_ret */
export interface DomainMigrateBegin3ParamsRet {
  readonly cookieOut: Uint8Array;
  readonly xml: string;
}
export function readDomainMigrateBegin3ParamsRet(r: XdrReader): DomainMigrateBegin3ParamsRet {
  return {
    cookieOut: r.opaque(4194304),
    xml: r.string(4194304),
  };
}

/** struct remote_domain_migrate_prepare3_params_args */
export interface DomainMigratePrepare3ParamsArgs {
  readonly params: readonly TypedParam[];
  readonly cookieIn: Uint8Array;
  readonly flags: number;
}
export function writeDomainMigratePrepare3ParamsArgs(w: XdrWriter, v: DomainMigratePrepare3ParamsArgs): void {
  w.array(v.params, 64, writeTypedParam);
  w.opaque(v.cookieIn, 4194304);
  w.uint(v.flags);
}

/** struct remote_domain_migrate_prepare3_params_ret */
export interface DomainMigratePrepare3ParamsRet {
  readonly cookieOut: Uint8Array;
  readonly uriOut: string | null;
}
export function readDomainMigratePrepare3ParamsRet(r: XdrReader): DomainMigratePrepare3ParamsRet {
  return {
    cookieOut: r.opaque(4194304),
    uriOut: r.bool() ? r.string(4194304) : null,
  };
}

/** struct remote_domain_migrate_perform3_params_args */
export interface DomainMigratePerform3ParamsArgs {
  readonly dom: Domain;
  readonly dconnuri: string | null;
  readonly params: readonly TypedParam[];
  readonly cookieIn: Uint8Array;
  readonly flags: number;
}
export function writeDomainMigratePerform3ParamsArgs(w: XdrWriter, v: DomainMigratePerform3ParamsArgs): void {
  writeDomain(w, v.dom);
  if (w.present(v.dconnuri)) w.string(v.dconnuri, 4194304);
  w.array(v.params, 64, writeTypedParam);
  w.opaque(v.cookieIn, 4194304);
  w.uint(v.flags);
}

/** struct remote_domain_migrate_perform3_params_ret */
export interface DomainMigratePerform3ParamsRet {
  readonly cookieOut: Uint8Array;
}
export function readDomainMigratePerform3ParamsRet(r: XdrReader): DomainMigratePerform3ParamsRet {
  return {
    cookieOut: r.opaque(4194304),
  };
}

/** struct remote_domain_migrate_finish3_params_args */
export interface DomainMigrateFinish3ParamsArgs {
  readonly params: readonly TypedParam[];
  readonly cookieIn: Uint8Array;
  readonly flags: number;
  readonly cancelled: number;
}
export function writeDomainMigrateFinish3ParamsArgs(w: XdrWriter, v: DomainMigrateFinish3ParamsArgs): void {
  w.array(v.params, 64, writeTypedParam);
  w.opaque(v.cookieIn, 4194304);
  w.uint(v.flags);
  w.int(v.cancelled);
}

/** struct remote_domain_migrate_finish3_params_ret */
export interface DomainMigrateFinish3ParamsRet {
  readonly dom: Domain;
  readonly cookieOut: Uint8Array;
}
export function readDomainMigrateFinish3ParamsRet(r: XdrReader): DomainMigrateFinish3ParamsRet {
  return {
    dom: readDomain(r),
    cookieOut: r.opaque(4194304),
  };
}

/** struct remote_domain_migrate_confirm3_params_args */
export interface DomainMigrateConfirm3ParamsArgs {
  readonly dom: Domain;
  readonly params: readonly TypedParam[];
  readonly cookieIn: Uint8Array;
  readonly flags: number;
  readonly cancelled: number;
}
export function writeDomainMigrateConfirm3ParamsArgs(w: XdrWriter, v: DomainMigrateConfirm3ParamsArgs): void {
  writeDomain(w, v.dom);
  w.array(v.params, 64, writeTypedParam);
  w.opaque(v.cookieIn, 4194304);
  w.uint(v.flags);
  w.int(v.cancelled);
}

/** struct remote_domain_migrate_set_max_downtime_args */
export interface DomainMigrateSetMaxDowntimeArgs {
  readonly dom: Domain;
  readonly downtime: bigint;
  readonly flags: number;
}
export function writeDomainMigrateSetMaxDowntimeArgs(w: XdrWriter, v: DomainMigrateSetMaxDowntimeArgs): void {
  writeDomain(w, v.dom);
  w.uhyper(v.downtime);
  w.uint(v.flags);
}

/** struct remote_domain_migrate_set_max_speed_args */
export interface DomainMigrateSetMaxSpeedArgs {
  readonly dom: Domain;
  readonly bandwidth: bigint;
  readonly flags: number;
}
export function writeDomainMigrateSetMaxSpeedArgs(w: XdrWriter, v: DomainMigrateSetMaxSpeedArgs): void {
  writeDomain(w, v.dom);
  w.uhyper(v.bandwidth);
  w.uint(v.flags);
}

/** struct remote_domain_migrate_get_max_speed_args */
export interface DomainMigrateGetMaxSpeedArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function writeDomainMigrateGetMaxSpeedArgs(w: XdrWriter, v: DomainMigrateGetMaxSpeedArgs): void {
  writeDomain(w, v.dom);
  w.uint(v.flags);
}

/** struct remote_domain_migrate_get_max_speed_ret */
export interface DomainMigrateGetMaxSpeedRet {
  readonly bandwidth: bigint;
}
export function readDomainMigrateGetMaxSpeedRet(r: XdrReader): DomainMigrateGetMaxSpeedRet {
  return {
    bandwidth: r.uhyper(),
  };
}

/** struct remote_domain_migrate_start_post_copy_args */
export interface DomainMigrateStartPostCopyArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function writeDomainMigrateStartPostCopyArgs(w: XdrWriter, v: DomainMigrateStartPostCopyArgs): void {
  writeDomain(w, v.dom);
  w.uint(v.flags);
}

/** struct remote_domain_get_job_info_args */
export interface DomainGetJobInfoArgs {
  readonly dom: Domain;
}
export function writeDomainGetJobInfoArgs(w: XdrWriter, v: DomainGetJobInfoArgs): void {
  writeDomain(w, v.dom);
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
export function readDomainGetJobInfoRet(r: XdrReader): DomainGetJobInfoRet {
  return {
    type: r.int(),
    timeElapsed: r.uhyper(),
    timeRemaining: r.uhyper(),
    dataTotal: r.uhyper(),
    dataProcessed: r.uhyper(),
    dataRemaining: r.uhyper(),
    memTotal: r.uhyper(),
    memProcessed: r.uhyper(),
    memRemaining: r.uhyper(),
    fileTotal: r.uhyper(),
    fileProcessed: r.uhyper(),
    fileRemaining: r.uhyper(),
  };
}

/** struct remote_domain_get_job_stats_args */
export interface DomainGetJobStatsArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function writeDomainGetJobStatsArgs(w: XdrWriter, v: DomainGetJobStatsArgs): void {
  writeDomain(w, v.dom);
  w.uint(v.flags);
}

/** struct remote_domain_get_job_stats_ret */
export interface DomainGetJobStatsRet {
  readonly type: number;
  readonly params: readonly TypedParam[];
}
export function readDomainGetJobStatsRet(r: XdrReader): DomainGetJobStatsRet {
  return {
    type: r.int(),
    params: r.array(64, readTypedParam),
  };
}

/** struct remote_domain_abort_job_args */
export interface DomainAbortJobArgs {
  readonly dom: Domain;
}
export function writeDomainAbortJobArgs(w: XdrWriter, v: DomainAbortJobArgs): void {
  writeDomain(w, v.dom);
}

/** struct remote_domain_fsfreeze_args */
export interface DomainFSFreezeArgs {
  readonly dom: Domain;
  readonly mountpoints: readonly string[];
  readonly flags: number;
}
export function writeDomainFSFreezeArgs(w: XdrWriter, v: DomainFSFreezeArgs): void {
  writeDomain(w, v.dom);
  w.array(v.mountpoints, 256, (w, v) => w.string(v, 4194304));
  w.uint(v.flags);
}

/** struct remote_domain_fsfreeze_ret */
export interface DomainFSFreezeRet {
  readonly filesystems: number;
}
export function readDomainFSFreezeRet(r: XdrReader): DomainFSFreezeRet {
  return {
    filesystems: r.int(),
  };
}

/** struct remote_domain_fsthaw_args */
export interface DomainFSThawArgs {
  readonly dom: Domain;
  readonly mountpoints: readonly string[];
  readonly flags: number;
}
export function writeDomainFSThawArgs(w: XdrWriter, v: DomainFSThawArgs): void {
  writeDomain(w, v.dom);
  w.array(v.mountpoints, 256, (w, v) => w.string(v, 4194304));
  w.uint(v.flags);
}

/** struct remote_domain_fsthaw_ret */
export interface DomainFSThawRet {
  readonly filesystems: number;
}
export function readDomainFSThawRet(r: XdrReader): DomainFSThawRet {
  return {
    filesystems: r.int(),
  };
}

/** struct remote_domain_fstrim_args */
export interface DomainFSTrimArgs {
  readonly dom: Domain;
  readonly mountPoint: string | null;
  readonly minimum: bigint;
  readonly flags: number;
}
export function writeDomainFSTrimArgs(w: XdrWriter, v: DomainFSTrimArgs): void {
  writeDomain(w, v.dom);
  if (w.present(v.mountPoint)) w.string(v.mountPoint, 4194304);
  w.uhyper(v.minimum);
  w.uint(v.flags);
}

/** struct remote_domain_get_fsinfo_args */
export interface DomainGetFSInfoArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function writeDomainGetFSInfoArgs(w: XdrWriter, v: DomainGetFSInfoArgs): void {
  writeDomain(w, v.dom);
  w.uint(v.flags);
}

/** struct remote_domain_fsinfo */
export interface DomainFSInfo {
  readonly mountpoint: string;
  readonly name: string;
  readonly fstype: string;
  readonly devAliases: readonly string[];
}
export function readDomainFSInfo(r: XdrReader): DomainFSInfo {
  return {
    mountpoint: r.string(4194304),
    name: r.string(4194304),
    fstype: r.string(4194304),
    devAliases: r.array(256, (r) => r.string(4194304)),
  };
}

/** struct remote_domain_get_fsinfo_ret */
export interface DomainGetFSInfoRet {
  readonly info: readonly DomainFSInfo[];
  readonly ret: number;
}
export function readDomainGetFSInfoRet(r: XdrReader): DomainGetFSInfoRet {
  return {
    info: r.array(256, readDomainFSInfo),
    ret: r.uint(),
  };
}

/** struct remote_domain_set_time_args */
export interface DomainSetTimeArgs {
  readonly dom: Domain;
  readonly seconds: bigint;
  readonly nseconds: number;
  readonly flags: number;
}
export function writeDomainSetTimeArgs(w: XdrWriter, v: DomainSetTimeArgs): void {
  writeDomain(w, v.dom);
  w.hyper(v.seconds);
  w.uint(v.nseconds);
  w.uint(v.flags);
}

/** struct remote_domain_get_time_args */
export interface DomainGetTimeArgs {
  readonly dom: Domain;
  readonly flags: number;
}
export function writeDomainGetTimeArgs(w: XdrWriter, v: DomainGetTimeArgs): void {
  writeDomain(w, v.dom);
  w.uint(v.flags);
}

/** struct remote_domain_get_time_ret */
export interface DomainGetTimeRet {
  readonly seconds: bigint;
  readonly nseconds: number;
}
export function readDomainGetTimeRet(r: XdrReader): DomainGetTimeRet {
  return {
    seconds: r.hyper(),
    nseconds: r.uint(),
  };
}

/** struct remote_domain_set_user_password_args */
export interface DomainSetUserPasswordArgs {
  readonly dom: Domain;
  readonly user: string | null;
  readonly password: string | null;
  readonly flags: number;
}
export function writeDomainSetUserPasswordArgs(w: XdrWriter, v: DomainSetUserPasswordArgs): void {
  writeDomain(w, v.dom);
  if (w.present(v.user)) w.string(v.user, 4194304);
  if (w.present(v.password)) w.string(v.password, 4194304);
  w.uint(v.flags);
}

/** struct remote_domain_interface_addresses_args */
export interface DomainInterfaceAddressesArgs {
  readonly dom: Domain;
  readonly source: number;
  readonly flags: number;
}
export function writeDomainInterfaceAddressesArgs(w: XdrWriter, v: DomainInterfaceAddressesArgs): void {
  writeDomain(w, v.dom);
  w.uint(v.source);
  w.uint(v.flags);
}

/** struct remote_domain_ip_addr */
export interface DomainIpAddr {
  readonly type: number;
  readonly addr: string;
  readonly prefix: number;
}
export function readDomainIpAddr(r: XdrReader): DomainIpAddr {
  return {
    type: r.int(),
    addr: r.string(4194304),
    prefix: r.uint(),
  };
}

/** struct remote_domain_interface */
export interface DomainInterface {
  readonly name: string;
  readonly hwaddr: string | null;
  readonly addrs: readonly DomainIpAddr[];
}
export function readDomainInterface(r: XdrReader): DomainInterface {
  return {
    name: r.string(4194304),
    hwaddr: r.bool() ? r.string(4194304) : null,
    addrs: r.array(2048, readDomainIpAddr),
  };
}

/** struct remote_domain_interface_addresses_ret */
export interface DomainInterfaceAddressesRet {
  readonly ifaces: readonly DomainInterface[];
}
export function readDomainInterfaceAddressesRet(r: XdrReader): DomainInterfaceAddressesRet {
  return {
    ifaces: r.array(2048, readDomainInterface),
  };
}

/** struct remote_domain_get_guest_info_args */
export interface DomainGetGuestInfoArgs {
  readonly dom: Domain;
  readonly types: number;
  readonly flags: number;
}
export function writeDomainGetGuestInfoArgs(w: XdrWriter, v: DomainGetGuestInfoArgs): void {
  writeDomain(w, v.dom);
  w.uint(v.types);
  w.uint(v.flags);
}

/** struct remote_domain_get_guest_info_ret */
export interface DomainGetGuestInfoRet {
  readonly params: readonly TypedParam[];
}
export function readDomainGetGuestInfoRet(r: XdrReader): DomainGetGuestInfoRet {
  return {
    params: r.array(2048, readTypedParam),
  };
}

/** struct remote_domain_agent_set_response_timeout_args */
export interface DomainAgentSetResponseTimeoutArgs {
  readonly dom: Domain;
  readonly timeout: number;
  readonly flags: number;
}
export function writeDomainAgentSetResponseTimeoutArgs(w: XdrWriter, v: DomainAgentSetResponseTimeoutArgs): void {
  writeDomain(w, v.dom);
  w.int(v.timeout);
  w.uint(v.flags);
}

/** struct remote_domain_agent_set_response_timeout_ret */
export interface DomainAgentSetResponseTimeoutRet {
  readonly result: number;
}
export function readDomainAgentSetResponseTimeoutRet(r: XdrReader): DomainAgentSetResponseTimeoutRet {
  return {
    result: r.int(),
  };
}

/** struct remote_connect_list_all_networks_args */
export interface ConnectListAllNetworksArgs {
  readonly needResults: number;
  readonly flags: number;
}
export function writeConnectListAllNetworksArgs(w: XdrWriter, v: ConnectListAllNetworksArgs): void {
  w.int(v.needResults);
  w.uint(v.flags);
}

/** struct remote_connect_list_all_networks_ret */
export interface ConnectListAllNetworksRet {
  readonly nets: readonly Network[];
  readonly ret: number;
}
export function readConnectListAllNetworksRet(r: XdrReader): ConnectListAllNetworksRet {
  return {
    nets: r.array(16384, readNetwork),
    ret: r.uint(),
  };
}

/** struct remote_network_lookup_by_name_args */
export interface NetworkLookupByNameArgs {
  readonly name: string;
}
export function writeNetworkLookupByNameArgs(w: XdrWriter, v: NetworkLookupByNameArgs): void {
  w.string(v.name, 4194304);
}

/** struct remote_network_lookup_by_name_ret */
export interface NetworkLookupByNameRet {
  readonly net: Network;
}
export function readNetworkLookupByNameRet(r: XdrReader): NetworkLookupByNameRet {
  return {
    net: readNetwork(r),
  };
}

export function writeNetwork(w: XdrWriter, v: Network): void {
  w.string(v.name, 4194304);
  w.uuid(v.uuid);
}

/** struct remote_network_get_xml_desc_args */
export interface NetworkGetXMLDescArgs {
  readonly net: Network;
  readonly flags: number;
}
export function writeNetworkGetXMLDescArgs(w: XdrWriter, v: NetworkGetXMLDescArgs): void {
  writeNetwork(w, v.net);
  w.uint(v.flags);
}

/** struct remote_network_get_xml_desc_ret */
export interface NetworkGetXMLDescRet {
  readonly xml: string;
}
export function readNetworkGetXMLDescRet(r: XdrReader): NetworkGetXMLDescRet {
  return {
    xml: r.string(4194304),
  };
}

/** struct remote_network_get_bridge_name_args */
export interface NetworkGetBridgeNameArgs {
  readonly net: Network;
}
export function writeNetworkGetBridgeNameArgs(w: XdrWriter, v: NetworkGetBridgeNameArgs): void {
  writeNetwork(w, v.net);
}

/** struct remote_network_get_bridge_name_ret */
export interface NetworkGetBridgeNameRet {
  readonly name: string;
}
export function readNetworkGetBridgeNameRet(r: XdrReader): NetworkGetBridgeNameRet {
  return {
    name: r.string(4194304),
  };
}

/** struct remote_network_is_active_args */
export interface NetworkIsActiveArgs {
  readonly net: Network;
}
export function writeNetworkIsActiveArgs(w: XdrWriter, v: NetworkIsActiveArgs): void {
  writeNetwork(w, v.net);
}

/** struct remote_network_is_active_ret */
export interface NetworkIsActiveRet {
  readonly active: number;
}
export function readNetworkIsActiveRet(r: XdrReader): NetworkIsActiveRet {
  return {
    active: r.int(),
  };
}

/** struct remote_connect_list_all_storage_pools_args */
export interface ConnectListAllStoragePoolsArgs {
  readonly needResults: number;
  readonly flags: number;
}
export function writeConnectListAllStoragePoolsArgs(w: XdrWriter, v: ConnectListAllStoragePoolsArgs): void {
  w.int(v.needResults);
  w.uint(v.flags);
}

/** struct remote_nonnull_storage_pool */
export interface StoragePool {
  readonly name: string;
  readonly uuid: string;
}
export function readStoragePool(r: XdrReader): StoragePool {
  return {
    name: r.string(4194304),
    uuid: r.uuid(),
  };
}

/** struct remote_connect_list_all_storage_pools_ret */
export interface ConnectListAllStoragePoolsRet {
  readonly pools: readonly StoragePool[];
  readonly ret: number;
}
export function readConnectListAllStoragePoolsRet(r: XdrReader): ConnectListAllStoragePoolsRet {
  return {
    pools: r.array(16384, readStoragePool),
    ret: r.uint(),
  };
}

/** struct remote_storage_pool_lookup_by_name_args */
export interface StoragePoolLookupByNameArgs {
  readonly name: string;
}
export function writeStoragePoolLookupByNameArgs(w: XdrWriter, v: StoragePoolLookupByNameArgs): void {
  w.string(v.name, 4194304);
}

/** struct remote_storage_pool_lookup_by_name_ret */
export interface StoragePoolLookupByNameRet {
  readonly pool: StoragePool;
}
export function readStoragePoolLookupByNameRet(r: XdrReader): StoragePoolLookupByNameRet {
  return {
    pool: readStoragePool(r),
  };
}

export function writeStoragePool(w: XdrWriter, v: StoragePool): void {
  w.string(v.name, 4194304);
  w.uuid(v.uuid);
}

/** struct remote_storage_pool_refresh_args */
export interface StoragePoolRefreshArgs {
  readonly pool: StoragePool;
  readonly flags: number;
}
export function writeStoragePoolRefreshArgs(w: XdrWriter, v: StoragePoolRefreshArgs): void {
  writeStoragePool(w, v.pool);
  w.uint(v.flags);
}

/** struct remote_storage_pool_get_info_args */
export interface StoragePoolGetInfoArgs {
  readonly pool: StoragePool;
}
export function writeStoragePoolGetInfoArgs(w: XdrWriter, v: StoragePoolGetInfoArgs): void {
  writeStoragePool(w, v.pool);
}

/** struct remote_storage_pool_get_info_ret */
export interface StoragePoolGetInfoRet {
  readonly state: number;
  readonly capacity: bigint;
  readonly allocation: bigint;
  readonly available: bigint;
}
export function readStoragePoolGetInfoRet(r: XdrReader): StoragePoolGetInfoRet {
  return {
    state: r.uint(),
    capacity: r.uhyper(),
    allocation: r.uhyper(),
    available: r.uhyper(),
  };
}

/** struct remote_storage_pool_get_xml_desc_args */
export interface StoragePoolGetXMLDescArgs {
  readonly pool: StoragePool;
  readonly flags: number;
}
export function writeStoragePoolGetXMLDescArgs(w: XdrWriter, v: StoragePoolGetXMLDescArgs): void {
  writeStoragePool(w, v.pool);
  w.uint(v.flags);
}

/** struct remote_storage_pool_get_xml_desc_ret */
export interface StoragePoolGetXMLDescRet {
  readonly xml: string;
}
export function readStoragePoolGetXMLDescRet(r: XdrReader): StoragePoolGetXMLDescRet {
  return {
    xml: r.string(4194304),
  };
}

/** struct remote_storage_pool_list_all_volumes_args */
export interface StoragePoolListAllVolumesArgs {
  readonly pool: StoragePool;
  readonly needResults: number;
  readonly flags: number;
}
export function writeStoragePoolListAllVolumesArgs(w: XdrWriter, v: StoragePoolListAllVolumesArgs): void {
  writeStoragePool(w, v.pool);
  w.int(v.needResults);
  w.uint(v.flags);
}

/** struct remote_nonnull_storage_vol */
export interface StorageVol {
  readonly pool: string;
  readonly name: string;
  readonly key: string;
}
export function readStorageVol(r: XdrReader): StorageVol {
  return {
    pool: r.string(4194304),
    name: r.string(4194304),
    key: r.string(4194304),
  };
}

/** struct remote_storage_pool_list_all_volumes_ret */
export interface StoragePoolListAllVolumesRet {
  readonly vols: readonly StorageVol[];
  readonly ret: number;
}
export function readStoragePoolListAllVolumesRet(r: XdrReader): StoragePoolListAllVolumesRet {
  return {
    vols: r.array(16384, readStorageVol),
    ret: r.uint(),
  };
}

/** struct remote_connect_list_all_nwfilters_args */
export interface ConnectListAllNWFiltersArgs {
  readonly needResults: number;
  readonly flags: number;
}
export function writeConnectListAllNWFiltersArgs(w: XdrWriter, v: ConnectListAllNWFiltersArgs): void {
  w.int(v.needResults);
  w.uint(v.flags);
}

/** struct remote_nonnull_nwfilter */
export interface NWFilter {
  readonly name: string;
  readonly uuid: string;
}
export function readNWFilter(r: XdrReader): NWFilter {
  return {
    name: r.string(4194304),
    uuid: r.uuid(),
  };
}

/** struct remote_connect_list_all_nwfilters_ret */
export interface ConnectListAllNWFiltersRet {
  readonly filters: readonly NWFilter[];
  readonly ret: number;
}
export function readConnectListAllNWFiltersRet(r: XdrReader): ConnectListAllNWFiltersRet {
  return {
    filters: r.array(16384, readNWFilter),
    ret: r.uint(),
  };
}

/** struct remote_nwfilter_lookup_by_name_args */
export interface NWFilterLookupByNameArgs {
  readonly name: string;
}
export function writeNWFilterLookupByNameArgs(w: XdrWriter, v: NWFilterLookupByNameArgs): void {
  w.string(v.name, 4194304);
}

/** struct remote_nwfilter_lookup_by_name_ret */
export interface NWFilterLookupByNameRet {
  readonly nwfilter: NWFilter;
}
export function readNWFilterLookupByNameRet(r: XdrReader): NWFilterLookupByNameRet {
  return {
    nwfilter: readNWFilter(r),
  };
}

/** struct remote_nwfilter_lookup_by_uuid_args */
export interface NWFilterLookupByUUIDArgs {
  readonly uuid: string;
}
export function writeNWFilterLookupByUUIDArgs(w: XdrWriter, v: NWFilterLookupByUUIDArgs): void {
  w.uuid(v.uuid);
}

/** struct remote_nwfilter_lookup_by_uuid_ret */
export interface NWFilterLookupByUUIDRet {
  readonly nwfilter: NWFilter;
}
export function readNWFilterLookupByUUIDRet(r: XdrReader): NWFilterLookupByUUIDRet {
  return {
    nwfilter: readNWFilter(r),
  };
}

/** struct remote_nwfilter_define_xml_args */
export interface NWFilterDefineXMLArgs {
  readonly xml: string;
}
export function writeNWFilterDefineXMLArgs(w: XdrWriter, v: NWFilterDefineXMLArgs): void {
  w.string(v.xml, 4194304);
}

/** struct remote_nwfilter_define_xml_ret */
export interface NWFilterDefineXMLRet {
  readonly nwfilter: NWFilter;
}
export function readNWFilterDefineXMLRet(r: XdrReader): NWFilterDefineXMLRet {
  return {
    nwfilter: readNWFilter(r),
  };
}

export function writeNWFilter(w: XdrWriter, v: NWFilter): void {
  w.string(v.name, 4194304);
  w.uuid(v.uuid);
}

/** struct remote_nwfilter_undefine_args */
export interface NWFilterUndefineArgs {
  readonly nwfilter: NWFilter;
}
export function writeNWFilterUndefineArgs(w: XdrWriter, v: NWFilterUndefineArgs): void {
  writeNWFilter(w, v.nwfilter);
}

/** struct remote_nwfilter_get_xml_desc_args */
export interface NWFilterGetXMLDescArgs {
  readonly nwfilter: NWFilter;
  readonly flags: number;
}
export function writeNWFilterGetXMLDescArgs(w: XdrWriter, v: NWFilterGetXMLDescArgs): void {
  writeNWFilter(w, v.nwfilter);
  w.uint(v.flags);
}

/** struct remote_nwfilter_get_xml_desc_ret */
export interface NWFilterGetXMLDescRet {
  readonly xml: string;
}
export function readNWFilterGetXMLDescRet(r: XdrReader): NWFilterGetXMLDescRet {
  return {
    xml: r.string(4194304),
  };
}

/** struct remote_connect_list_all_node_devices_args */
export interface ConnectListAllNodeDevicesArgs {
  readonly needResults: number;
  readonly flags: number;
}
export function writeConnectListAllNodeDevicesArgs(w: XdrWriter, v: ConnectListAllNodeDevicesArgs): void {
  w.int(v.needResults);
  w.uint(v.flags);
}

/** struct remote_nonnull_node_device */
export interface NodeDevice {
  readonly name: string;
}
export function readNodeDevice(r: XdrReader): NodeDevice {
  return {
    name: r.string(4194304),
  };
}

/** struct remote_connect_list_all_node_devices_ret */
export interface ConnectListAllNodeDevicesRet {
  readonly devices: readonly NodeDevice[];
  readonly ret: number;
}
export function readConnectListAllNodeDevicesRet(r: XdrReader): ConnectListAllNodeDevicesRet {
  return {
    devices: r.array(65536, readNodeDevice),
    ret: r.uint(),
  };
}

/** struct remote_node_device_lookup_by_name_args */
export interface NodeDeviceLookupByNameArgs {
  readonly name: string;
}
export function writeNodeDeviceLookupByNameArgs(w: XdrWriter, v: NodeDeviceLookupByNameArgs): void {
  w.string(v.name, 4194304);
}

/** struct remote_node_device_lookup_by_name_ret */
export interface NodeDeviceLookupByNameRet {
  readonly dev: NodeDevice;
}
export function readNodeDeviceLookupByNameRet(r: XdrReader): NodeDeviceLookupByNameRet {
  return {
    dev: readNodeDevice(r),
  };
}

/** struct remote_node_device_get_xml_desc_args */
export interface NodeDeviceGetXMLDescArgs {
  readonly name: string;
  readonly flags: number;
}
export function writeNodeDeviceGetXMLDescArgs(w: XdrWriter, v: NodeDeviceGetXMLDescArgs): void {
  w.string(v.name, 4194304);
  w.uint(v.flags);
}

/** struct remote_node_device_get_xml_desc_ret */
export interface NodeDeviceGetXMLDescRet {
  readonly xml: string;
}
export function readNodeDeviceGetXMLDescRet(r: XdrReader): NodeDeviceGetXMLDescRet {
  return {
    xml: r.string(4194304),
  };
}

/** struct remote_connect_list_all_secrets_args */
export interface ConnectListAllSecretsArgs {
  readonly needResults: number;
  readonly flags: number;
}
export function writeConnectListAllSecretsArgs(w: XdrWriter, v: ConnectListAllSecretsArgs): void {
  w.int(v.needResults);
  w.uint(v.flags);
}

/** struct remote_nonnull_secret */
export interface Secret {
  readonly uuid: string;
  readonly usageType: number;
  readonly usageID: string;
}
export function readSecret(r: XdrReader): Secret {
  return {
    uuid: r.uuid(),
    usageType: r.int(),
    usageID: r.string(4194304),
  };
}

/** struct remote_connect_list_all_secrets_ret */
export interface ConnectListAllSecretsRet {
  readonly secrets: readonly Secret[];
  readonly ret: number;
}
export function readConnectListAllSecretsRet(r: XdrReader): ConnectListAllSecretsRet {
  return {
    secrets: r.array(16384, readSecret),
    ret: r.uint(),
  };
}

/** struct remote_secret_lookup_by_uuid_args */
export interface SecretLookupByUUIDArgs {
  readonly uuid: string;
}
export function writeSecretLookupByUUIDArgs(w: XdrWriter, v: SecretLookupByUUIDArgs): void {
  w.uuid(v.uuid);
}

/** struct remote_secret_lookup_by_uuid_ret */
export interface SecretLookupByUUIDRet {
  readonly secret: Secret;
}
export function readSecretLookupByUUIDRet(r: XdrReader): SecretLookupByUUIDRet {
  return {
    secret: readSecret(r),
  };
}

/** struct remote_secret_lookup_by_usage_args */
export interface SecretLookupByUsageArgs {
  readonly usageType: number;
  readonly usageID: string;
}
export function writeSecretLookupByUsageArgs(w: XdrWriter, v: SecretLookupByUsageArgs): void {
  w.int(v.usageType);
  w.string(v.usageID, 4194304);
}

/** struct remote_secret_lookup_by_usage_ret */
export interface SecretLookupByUsageRet {
  readonly secret: Secret;
}
export function readSecretLookupByUsageRet(r: XdrReader): SecretLookupByUsageRet {
  return {
    secret: readSecret(r),
  };
}

/** struct remote_secret_define_xml_args */
export interface SecretDefineXMLArgs {
  readonly xml: string;
  readonly flags: number;
}
export function writeSecretDefineXMLArgs(w: XdrWriter, v: SecretDefineXMLArgs): void {
  w.string(v.xml, 4194304);
  w.uint(v.flags);
}

/** struct remote_secret_define_xml_ret */
export interface SecretDefineXMLRet {
  readonly secret: Secret;
}
export function readSecretDefineXMLRet(r: XdrReader): SecretDefineXMLRet {
  return {
    secret: readSecret(r),
  };
}

export function writeSecret(w: XdrWriter, v: Secret): void {
  w.uuid(v.uuid);
  w.int(v.usageType);
  w.string(v.usageID, 4194304);
}

/** struct remote_secret_set_value_args */
export interface SecretSetValueArgs {
  readonly secret: Secret;
  readonly value: Uint8Array;
  readonly flags: number;
}
export function writeSecretSetValueArgs(w: XdrWriter, v: SecretSetValueArgs): void {
  writeSecret(w, v.secret);
  w.opaque(v.value, 65536);
  w.uint(v.flags);
}

/** struct remote_secret_undefine_args */
export interface SecretUndefineArgs {
  readonly secret: Secret;
}
export function writeSecretUndefineArgs(w: XdrWriter, v: SecretUndefineArgs): void {
  writeSecret(w, v.secret);
}

/** struct remote_connect_domain_event_callback_register_any_args */
export interface ConnectDomainEventCallbackRegisterAnyArgs {
  readonly eventID: number;
  readonly dom: Domain | null;
}
export function writeConnectDomainEventCallbackRegisterAnyArgs(w: XdrWriter, v: ConnectDomainEventCallbackRegisterAnyArgs): void {
  w.int(v.eventID);
  if (w.present(v.dom)) writeDomain(w, v.dom);
}

/** struct remote_connect_domain_event_callback_register_any_ret */
export interface ConnectDomainEventCallbackRegisterAnyRet {
  readonly callbackID: number;
}
export function readConnectDomainEventCallbackRegisterAnyRet(r: XdrReader): ConnectDomainEventCallbackRegisterAnyRet {
  return {
    callbackID: r.int(),
  };
}

/** struct remote_connect_domain_event_callback_deregister_any_args */
export interface ConnectDomainEventCallbackDeregisterAnyArgs {
  readonly callbackID: number;
}
export function writeConnectDomainEventCallbackDeregisterAnyArgs(w: XdrWriter, v: ConnectDomainEventCallbackDeregisterAnyArgs): void {
  w.int(v.callbackID);
}

/** struct remote_domain_event_lifecycle_msg */
export interface DomainEventLifecycleMsg {
  readonly dom: Domain;
  readonly event: number;
  readonly detail: number;
}
export function readDomainEventLifecycleMsg(r: XdrReader): DomainEventLifecycleMsg {
  return {
    dom: readDomain(r),
    event: r.int(),
    detail: r.int(),
  };
}

/** struct remote_domain_event_callback_lifecycle_msg */
export interface DomainEventCallbackLifecycleMsg {
  readonly callbackID: number;
  readonly msg: DomainEventLifecycleMsg;
}
export function readDomainEventCallbackLifecycleMsg(r: XdrReader): DomainEventCallbackLifecycleMsg {
  return {
    callbackID: r.int(),
    msg: readDomainEventLifecycleMsg(r),
  };
}

/** struct remote_domain_event_reboot_msg */
export interface DomainEventRebootMsg {
  readonly dom: Domain;
}
export function readDomainEventRebootMsg(r: XdrReader): DomainEventRebootMsg {
  return {
    dom: readDomain(r),
  };
}

/** struct remote_domain_event_callback_reboot_msg */
export interface DomainEventCallbackRebootMsg {
  readonly callbackID: number;
  readonly msg: DomainEventRebootMsg;
}
export function readDomainEventCallbackRebootMsg(r: XdrReader): DomainEventCallbackRebootMsg {
  return {
    callbackID: r.int(),
    msg: readDomainEventRebootMsg(r),
  };
}

/** struct remote_domain_event_rtc_change_msg */
export interface DomainEventRtcChangeMsg {
  readonly dom: Domain;
  readonly offset: bigint;
}
export function readDomainEventRtcChangeMsg(r: XdrReader): DomainEventRtcChangeMsg {
  return {
    dom: readDomain(r),
    offset: r.hyper(),
  };
}

/** struct remote_domain_event_callback_rtc_change_msg */
export interface DomainEventCallbackRtcChangeMsg {
  readonly callbackID: number;
  readonly msg: DomainEventRtcChangeMsg;
}
export function readDomainEventCallbackRtcChangeMsg(r: XdrReader): DomainEventCallbackRtcChangeMsg {
  return {
    callbackID: r.int(),
    msg: readDomainEventRtcChangeMsg(r),
  };
}

/** struct remote_domain_event_watchdog_msg */
export interface DomainEventWatchdogMsg {
  readonly dom: Domain;
  readonly action: number;
}
export function readDomainEventWatchdogMsg(r: XdrReader): DomainEventWatchdogMsg {
  return {
    dom: readDomain(r),
    action: r.int(),
  };
}

/** struct remote_domain_event_callback_watchdog_msg */
export interface DomainEventCallbackWatchdogMsg {
  readonly callbackID: number;
  readonly msg: DomainEventWatchdogMsg;
}
export function readDomainEventCallbackWatchdogMsg(r: XdrReader): DomainEventCallbackWatchdogMsg {
  return {
    callbackID: r.int(),
    msg: readDomainEventWatchdogMsg(r),
  };
}

/** struct remote_domain_event_io_error_msg */
export interface DomainEventIoErrorMsg {
  readonly dom: Domain;
  readonly srcPath: string;
  readonly devAlias: string;
  readonly action: number;
}
export function readDomainEventIoErrorMsg(r: XdrReader): DomainEventIoErrorMsg {
  return {
    dom: readDomain(r),
    srcPath: r.string(4194304),
    devAlias: r.string(4194304),
    action: r.int(),
  };
}

/** struct remote_domain_event_callback_io_error_msg */
export interface DomainEventCallbackIoErrorMsg {
  readonly callbackID: number;
  readonly msg: DomainEventIoErrorMsg;
}
export function readDomainEventCallbackIoErrorMsg(r: XdrReader): DomainEventCallbackIoErrorMsg {
  return {
    callbackID: r.int(),
    msg: readDomainEventIoErrorMsg(r),
  };
}

/** struct remote_domain_event_io_error_reason_msg */
export interface DomainEventIoErrorReasonMsg {
  readonly dom: Domain;
  readonly srcPath: string;
  readonly devAlias: string;
  readonly action: number;
  readonly reason: string;
}
export function readDomainEventIoErrorReasonMsg(r: XdrReader): DomainEventIoErrorReasonMsg {
  return {
    dom: readDomain(r),
    srcPath: r.string(4194304),
    devAlias: r.string(4194304),
    action: r.int(),
    reason: r.string(4194304),
  };
}

/** struct remote_domain_event_callback_io_error_reason_msg */
export interface DomainEventCallbackIoErrorReasonMsg {
  readonly callbackID: number;
  readonly msg: DomainEventIoErrorReasonMsg;
}
export function readDomainEventCallbackIoErrorReasonMsg(r: XdrReader): DomainEventCallbackIoErrorReasonMsg {
  return {
    callbackID: r.int(),
    msg: readDomainEventIoErrorReasonMsg(r),
  };
}

/** struct remote_domain_event_graphics_address */
export interface DomainEventGraphicsAddress {
  readonly family: number;
  readonly node: string;
  readonly service: string;
}
export function readDomainEventGraphicsAddress(r: XdrReader): DomainEventGraphicsAddress {
  return {
    family: r.int(),
    node: r.string(4194304),
    service: r.string(4194304),
  };
}

/** struct remote_domain_event_graphics_identity */
export interface DomainEventGraphicsIdentity {
  readonly type: string;
  readonly name: string;
}
export function readDomainEventGraphicsIdentity(r: XdrReader): DomainEventGraphicsIdentity {
  return {
    type: r.string(4194304),
    name: r.string(4194304),
  };
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
export function readDomainEventGraphicsMsg(r: XdrReader): DomainEventGraphicsMsg {
  return {
    dom: readDomain(r),
    phase: r.int(),
    local: readDomainEventGraphicsAddress(r),
    remote: readDomainEventGraphicsAddress(r),
    authScheme: r.string(4194304),
    subject: r.array(20, readDomainEventGraphicsIdentity),
  };
}

/** struct remote_domain_event_callback_graphics_msg */
export interface DomainEventCallbackGraphicsMsg {
  readonly callbackID: number;
  readonly msg: DomainEventGraphicsMsg;
}
export function readDomainEventCallbackGraphicsMsg(r: XdrReader): DomainEventCallbackGraphicsMsg {
  return {
    callbackID: r.int(),
    msg: readDomainEventGraphicsMsg(r),
  };
}

/** struct remote_domain_event_control_error_msg */
export interface DomainEventControlErrorMsg {
  readonly dom: Domain;
}
export function readDomainEventControlErrorMsg(r: XdrReader): DomainEventControlErrorMsg {
  return {
    dom: readDomain(r),
  };
}

/** struct remote_domain_event_callback_control_error_msg */
export interface DomainEventCallbackControlErrorMsg {
  readonly callbackID: number;
  readonly msg: DomainEventControlErrorMsg;
}
export function readDomainEventCallbackControlErrorMsg(r: XdrReader): DomainEventCallbackControlErrorMsg {
  return {
    callbackID: r.int(),
    msg: readDomainEventControlErrorMsg(r),
  };
}

/** struct remote_domain_event_block_job_msg */
export interface DomainEventBlockJobMsg {
  readonly dom: Domain;
  readonly path: string;
  readonly type: number;
  readonly status: number;
}
export function readDomainEventBlockJobMsg(r: XdrReader): DomainEventBlockJobMsg {
  return {
    dom: readDomain(r),
    path: r.string(4194304),
    type: r.int(),
    status: r.int(),
  };
}

/** struct remote_domain_event_callback_block_job_msg */
export interface DomainEventCallbackBlockJobMsg {
  readonly callbackID: number;
  readonly msg: DomainEventBlockJobMsg;
}
export function readDomainEventCallbackBlockJobMsg(r: XdrReader): DomainEventCallbackBlockJobMsg {
  return {
    callbackID: r.int(),
    msg: readDomainEventBlockJobMsg(r),
  };
}

/** struct remote_domain_event_disk_change_msg */
export interface DomainEventDiskChangeMsg {
  readonly dom: Domain;
  readonly oldSrcPath: string | null;
  readonly newSrcPath: string | null;
  readonly devAlias: string;
  readonly reason: number;
}
export function readDomainEventDiskChangeMsg(r: XdrReader): DomainEventDiskChangeMsg {
  return {
    dom: readDomain(r),
    oldSrcPath: r.bool() ? r.string(4194304) : null,
    newSrcPath: r.bool() ? r.string(4194304) : null,
    devAlias: r.string(4194304),
    reason: r.int(),
  };
}

/** struct remote_domain_event_callback_disk_change_msg */
export interface DomainEventCallbackDiskChangeMsg {
  readonly callbackID: number;
  readonly msg: DomainEventDiskChangeMsg;
}
export function readDomainEventCallbackDiskChangeMsg(r: XdrReader): DomainEventCallbackDiskChangeMsg {
  return {
    callbackID: r.int(),
    msg: readDomainEventDiskChangeMsg(r),
  };
}

/** struct remote_domain_event_tray_change_msg */
export interface DomainEventTrayChangeMsg {
  readonly dom: Domain;
  readonly devAlias: string;
  readonly reason: number;
}
export function readDomainEventTrayChangeMsg(r: XdrReader): DomainEventTrayChangeMsg {
  return {
    dom: readDomain(r),
    devAlias: r.string(4194304),
    reason: r.int(),
  };
}

/** struct remote_domain_event_callback_tray_change_msg */
export interface DomainEventCallbackTrayChangeMsg {
  readonly callbackID: number;
  readonly msg: DomainEventTrayChangeMsg;
}
export function readDomainEventCallbackTrayChangeMsg(r: XdrReader): DomainEventCallbackTrayChangeMsg {
  return {
    callbackID: r.int(),
    msg: readDomainEventTrayChangeMsg(r),
  };
}

/** struct remote_domain_event_pmwakeup_msg */
export interface DomainEventPMwakeupMsg {
  readonly dom: Domain;
}
export function readDomainEventPMwakeupMsg(r: XdrReader): DomainEventPMwakeupMsg {
  return {
    dom: readDomain(r),
  };
}

/** struct remote_domain_event_callback_pmwakeup_msg */
export interface DomainEventCallbackPMwakeupMsg {
  readonly callbackID: number;
  readonly reason: number;
  readonly msg: DomainEventPMwakeupMsg;
}
export function readDomainEventCallbackPMwakeupMsg(r: XdrReader): DomainEventCallbackPMwakeupMsg {
  return {
    callbackID: r.int(),
    reason: r.int(),
    msg: readDomainEventPMwakeupMsg(r),
  };
}

/** struct remote_domain_event_pmsuspend_msg */
export interface DomainEventPMsuspendMsg {
  readonly dom: Domain;
}
export function readDomainEventPMsuspendMsg(r: XdrReader): DomainEventPMsuspendMsg {
  return {
    dom: readDomain(r),
  };
}

/** struct remote_domain_event_callback_pmsuspend_msg */
export interface DomainEventCallbackPMsuspendMsg {
  readonly callbackID: number;
  readonly reason: number;
  readonly msg: DomainEventPMsuspendMsg;
}
export function readDomainEventCallbackPMsuspendMsg(r: XdrReader): DomainEventCallbackPMsuspendMsg {
  return {
    callbackID: r.int(),
    reason: r.int(),
    msg: readDomainEventPMsuspendMsg(r),
  };
}

/** struct remote_domain_event_pmsuspend_disk_msg */
export interface DomainEventPMsuspendDiskMsg {
  readonly dom: Domain;
}
export function readDomainEventPMsuspendDiskMsg(r: XdrReader): DomainEventPMsuspendDiskMsg {
  return {
    dom: readDomain(r),
  };
}

/** struct remote_domain_event_callback_pmsuspend_disk_msg */
export interface DomainEventCallbackPMsuspendDiskMsg {
  readonly callbackID: number;
  readonly reason: number;
  readonly msg: DomainEventPMsuspendDiskMsg;
}
export function readDomainEventCallbackPMsuspendDiskMsg(r: XdrReader): DomainEventCallbackPMsuspendDiskMsg {
  return {
    callbackID: r.int(),
    reason: r.int(),
    msg: readDomainEventPMsuspendDiskMsg(r),
  };
}

/** struct remote_domain_event_balloon_change_msg */
export interface DomainEventBalloonChangeMsg {
  readonly dom: Domain;
  readonly actual: bigint;
}
export function readDomainEventBalloonChangeMsg(r: XdrReader): DomainEventBalloonChangeMsg {
  return {
    dom: readDomain(r),
    actual: r.uhyper(),
  };
}

/** struct remote_domain_event_callback_balloon_change_msg */
export interface DomainEventCallbackBalloonChangeMsg {
  readonly callbackID: number;
  readonly msg: DomainEventBalloonChangeMsg;
}
export function readDomainEventCallbackBalloonChangeMsg(r: XdrReader): DomainEventCallbackBalloonChangeMsg {
  return {
    callbackID: r.int(),
    msg: readDomainEventBalloonChangeMsg(r),
  };
}

/** struct remote_domain_event_device_removed_msg */
export interface DomainEventDeviceRemovedMsg {
  readonly dom: Domain;
  readonly devAlias: string;
}
export function readDomainEventDeviceRemovedMsg(r: XdrReader): DomainEventDeviceRemovedMsg {
  return {
    dom: readDomain(r),
    devAlias: r.string(4194304),
  };
}

/** struct remote_domain_event_callback_device_removed_msg */
export interface DomainEventCallbackDeviceRemovedMsg {
  readonly callbackID: number;
  readonly msg: DomainEventDeviceRemovedMsg;
}
export function readDomainEventCallbackDeviceRemovedMsg(r: XdrReader): DomainEventCallbackDeviceRemovedMsg {
  return {
    callbackID: r.int(),
    msg: readDomainEventDeviceRemovedMsg(r),
  };
}

/** struct remote_domain_event_callback_device_added_msg */
export interface DomainEventCallbackDeviceAddedMsg {
  readonly callbackID: number;
  readonly dom: Domain;
  readonly devAlias: string;
}
export function readDomainEventCallbackDeviceAddedMsg(r: XdrReader): DomainEventCallbackDeviceAddedMsg {
  return {
    callbackID: r.int(),
    dom: readDomain(r),
    devAlias: r.string(4194304),
  };
}

/** struct remote_domain_event_callback_device_removal_failed_msg */
export interface DomainEventCallbackDeviceRemovalFailedMsg {
  readonly callbackID: number;
  readonly dom: Domain;
  readonly devAlias: string;
}
export function readDomainEventCallbackDeviceRemovalFailedMsg(r: XdrReader): DomainEventCallbackDeviceRemovalFailedMsg {
  return {
    callbackID: r.int(),
    dom: readDomain(r),
    devAlias: r.string(4194304),
  };
}

/** struct remote_domain_event_callback_tunable_msg */
export interface DomainEventCallbackTunableMsg {
  readonly callbackID: number;
  readonly dom: Domain;
  readonly params: readonly TypedParam[];
}
export function readDomainEventCallbackTunableMsg(r: XdrReader): DomainEventCallbackTunableMsg {
  return {
    callbackID: r.int(),
    dom: readDomain(r),
    params: r.array(2048, readTypedParam),
  };
}

/** struct remote_domain_event_callback_agent_lifecycle_msg */
export interface DomainEventCallbackAgentLifecycleMsg {
  readonly callbackID: number;
  readonly dom: Domain;
  readonly state: number;
  readonly reason: number;
}
export function readDomainEventCallbackAgentLifecycleMsg(r: XdrReader): DomainEventCallbackAgentLifecycleMsg {
  return {
    callbackID: r.int(),
    dom: readDomain(r),
    state: r.int(),
    reason: r.int(),
  };
}

/** struct remote_domain_event_callback_migration_iteration_msg */
export interface DomainEventCallbackMigrationIterationMsg {
  readonly callbackID: number;
  readonly dom: Domain;
  readonly iteration: number;
}
export function readDomainEventCallbackMigrationIterationMsg(r: XdrReader): DomainEventCallbackMigrationIterationMsg {
  return {
    callbackID: r.int(),
    dom: readDomain(r),
    iteration: r.int(),
  };
}

/** struct remote_domain_event_callback_job_completed_msg */
export interface DomainEventCallbackJobCompletedMsg {
  readonly callbackID: number;
  readonly dom: Domain;
  readonly params: readonly TypedParam[];
}
export function readDomainEventCallbackJobCompletedMsg(r: XdrReader): DomainEventCallbackJobCompletedMsg {
  return {
    callbackID: r.int(),
    dom: readDomain(r),
    params: r.array(64, readTypedParam),
  };
}

/** struct remote_domain_event_callback_metadata_change_msg */
export interface DomainEventCallbackMetadataChangeMsg {
  readonly callbackID: number;
  readonly dom: Domain;
  readonly type: number;
  readonly nsuri: string | null;
}
export function readDomainEventCallbackMetadataChangeMsg(r: XdrReader): DomainEventCallbackMetadataChangeMsg {
  return {
    callbackID: r.int(),
    dom: readDomain(r),
    type: r.int(),
    nsuri: r.bool() ? r.string(4194304) : null,
  };
}

/** struct remote_domain_event_block_job_2_msg */
export interface DomainEventBlockJob2Msg {
  readonly callbackID: number;
  readonly dom: Domain;
  readonly dst: string;
  readonly type: number;
  readonly status: number;
}
export function readDomainEventBlockJob2Msg(r: XdrReader): DomainEventBlockJob2Msg {
  return {
    callbackID: r.int(),
    dom: readDomain(r),
    dst: r.string(4194304),
    type: r.int(),
    status: r.int(),
  };
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
export function readDomainEventBlockThresholdMsg(r: XdrReader): DomainEventBlockThresholdMsg {
  return {
    callbackID: r.int(),
    dom: readDomain(r),
    dev: r.string(4194304),
    path: r.bool() ? r.string(4194304) : null,
    threshold: r.uhyper(),
    excess: r.uhyper(),
  };
}

/** struct remote_domain_event_memory_failure_msg */
export interface DomainEventMemoryFailureMsg {
  readonly callbackID: number;
  readonly dom: Domain;
  readonly recipient: number;
  readonly action: number;
  readonly flags: number;
}
export function readDomainEventMemoryFailureMsg(r: XdrReader): DomainEventMemoryFailureMsg {
  return {
    callbackID: r.int(),
    dom: readDomain(r),
    recipient: r.int(),
    action: r.int(),
    flags: r.uint(),
  };
}

/** struct remote_domain_event_memory_device_size_change_msg */
export interface DomainEventMemoryDeviceSizeChangeMsg {
  readonly callbackID: number;
  readonly dom: Domain;
  readonly alias: string;
  readonly size: bigint;
}
export function readDomainEventMemoryDeviceSizeChangeMsg(r: XdrReader): DomainEventMemoryDeviceSizeChangeMsg {
  return {
    callbackID: r.int(),
    dom: readDomain(r),
    alias: r.string(4194304),
    size: r.uhyper(),
  };
}

/** struct qemu_domain_monitor_command_args */
export interface QemuDomainMonitorCommandArgs {
  readonly dom: Domain;
  readonly cmd: string;
  readonly flags: number;
}
export function writeQemuDomainMonitorCommandArgs(w: XdrWriter, v: QemuDomainMonitorCommandArgs): void {
  writeDomain(w, v.dom);
  w.string(v.cmd, 4194304);
  w.uint(v.flags);
}

/** struct qemu_domain_monitor_command_ret */
export interface QemuDomainMonitorCommandRet {
  readonly result: string;
}
export function readQemuDomainMonitorCommandRet(r: XdrReader): QemuDomainMonitorCommandRet {
  return {
    result: r.string(4194304),
  };
}

/** struct qemu_domain_agent_command_args */
export interface QemuDomainAgentCommandArgs {
  readonly dom: Domain;
  readonly cmd: string;
  readonly timeout: number;
  readonly flags: number;
}
export function writeQemuDomainAgentCommandArgs(w: XdrWriter, v: QemuDomainAgentCommandArgs): void {
  writeDomain(w, v.dom);
  w.string(v.cmd, 4194304);
  w.int(v.timeout);
  w.uint(v.flags);
}

/** struct qemu_domain_agent_command_ret */
export interface QemuDomainAgentCommandRet {
  readonly result: string | null;
}
export function readQemuDomainAgentCommandRet(r: XdrReader): QemuDomainAgentCommandRet {
  return {
    result: r.bool() ? r.string(4194304) : null,
  };
}

export const authList: Procedure<void, AuthListRet> = /* @__PURE__ */ procedure(
  "authList", 0x20008086, 66, writeNothing, readAuthListRet, { highPriority: true, stream: false },
);
export const authPolkit: Procedure<void, AuthPolkitRet> = /* @__PURE__ */ procedure(
  "authPolkit", 0x20008086, 70, writeNothing, readAuthPolkitRet, { highPriority: true, stream: false },
);
export const connectOpen: Procedure<ConnectOpenArgs, void> = /* @__PURE__ */ procedure(
  "connectOpen", 0x20008086, 1, writeConnectOpenArgs, readNothing, { highPriority: true, stream: false },
);
export const connectClose: Procedure<void, void> = /* @__PURE__ */ procedure(
  "connectClose", 0x20008086, 2, writeNothing, readNothing, { highPriority: true, stream: false },
);
export const connectGetType: Procedure<void, ConnectGetTypeRet> = /* @__PURE__ */ procedure(
  "connectGetType", 0x20008086, 3, writeNothing, readConnectGetTypeRet, { highPriority: true, stream: false },
);
export const connectGetVersion: Procedure<void, ConnectGetVersionRet> = /* @__PURE__ */ procedure(
  "connectGetVersion", 0x20008086, 4, writeNothing, readConnectGetVersionRet, { highPriority: true, stream: false },
);
export const connectGetLibVersion: Procedure<void, ConnectGetLibVersionRet> = /* @__PURE__ */ procedure(
  "connectGetLibVersion", 0x20008086, 157, writeNothing, readConnectGetLibVersionRet, { highPriority: true, stream: false },
);
export const connectGetHostname: Procedure<void, ConnectGetHostnameRet> = /* @__PURE__ */ procedure(
  "connectGetHostname", 0x20008086, 59, writeNothing, readConnectGetHostnameRet, { highPriority: true, stream: false },
);
export const connectGetURI: Procedure<void, ConnectGetURIRet> = /* @__PURE__ */ procedure(
  "connectGetURI", 0x20008086, 110, writeNothing, readConnectGetURIRet, { highPriority: true, stream: false },
);
export const connectGetCapabilities: Procedure<void, ConnectGetCapabilitiesRet> = /* @__PURE__ */ procedure(
  "connectGetCapabilities", 0x20008086, 7, writeNothing, readConnectGetCapabilitiesRet, { highPriority: false, stream: false },
);
export const connectGetDomainCapabilities: Procedure<ConnectGetDomainCapabilitiesArgs, ConnectGetDomainCapabilitiesRet> = /* @__PURE__ */ procedure(
  "connectGetDomainCapabilities", 0x20008086, 342, writeConnectGetDomainCapabilitiesArgs, readConnectGetDomainCapabilitiesRet, { highPriority: false, stream: false },
);
export const connectGetMaxVcpus: Procedure<ConnectGetMaxVcpusArgs, ConnectGetMaxVcpusRet> = /* @__PURE__ */ procedure(
  "connectGetMaxVcpus", 0x20008086, 5, writeConnectGetMaxVcpusArgs, readConnectGetMaxVcpusRet, { highPriority: true, stream: false },
);
export const connectSupportsFeature: Procedure<ConnectSupportsFeatureArgs, ConnectSupportsFeatureRet> = /* @__PURE__ */ procedure(
  "connectSupportsFeature", 0x20008086, 60, writeConnectSupportsFeatureArgs, readConnectSupportsFeatureRet, { highPriority: true, stream: false },
);
export const connectIsSecure: Procedure<void, ConnectIsSecureRet> = /* @__PURE__ */ procedure(
  "connectIsSecure", 0x20008086, 149, writeNothing, readConnectIsSecureRet, { highPriority: true, stream: false },
);
export const connectListAllDomains: Procedure<ConnectListAllDomainsArgs, ConnectListAllDomainsRet> = /* @__PURE__ */ procedure(
  "connectListAllDomains", 0x20008086, 273, writeConnectListAllDomainsArgs, readConnectListAllDomainsRet, { highPriority: true, stream: false },
);
export const connectGetAllDomainStats: Procedure<ConnectGetAllDomainStatsArgs, ConnectGetAllDomainStatsRet> = /* @__PURE__ */ procedure(
  "connectGetAllDomainStats", 0x20008086, 344, writeConnectGetAllDomainStatsArgs, readConnectGetAllDomainStatsRet, { highPriority: false, stream: false },
);
export const connectCompareCPU: Procedure<ConnectCompareCPUArgs, ConnectCompareCPURet> = /* @__PURE__ */ procedure(
  "connectCompareCPU", 0x20008086, 158, writeConnectCompareCPUArgs, readConnectCompareCPURet, { highPriority: true, stream: false },
);
export const connectCompareHypervisorCPU: Procedure<ConnectCompareHypervisorCPUArgs, ConnectCompareHypervisorCPURet> = /* @__PURE__ */ procedure(
  "connectCompareHypervisorCPU", 0x20008086, 393, writeConnectCompareHypervisorCPUArgs, readConnectCompareHypervisorCPURet, { highPriority: false, stream: false },
);
export const connectBaselineCPU: Procedure<ConnectBaselineCPUArgs, ConnectBaselineCPURet> = /* @__PURE__ */ procedure(
  "connectBaselineCPU", 0x20008086, 162, writeConnectBaselineCPUArgs, readConnectBaselineCPURet, { highPriority: false, stream: false },
);
export const connectBaselineHypervisorCPU: Procedure<ConnectBaselineHypervisorCPUArgs, ConnectBaselineHypervisorCPURet> = /* @__PURE__ */ procedure(
  "connectBaselineHypervisorCPU", 0x20008086, 394, writeConnectBaselineHypervisorCPUArgs, readConnectBaselineHypervisorCPURet, { highPriority: false, stream: false },
);
export const connectGetCPUModelNames: Procedure<ConnectGetCPUModelNamesArgs, ConnectGetCPUModelNamesRet> = /* @__PURE__ */ procedure(
  "connectGetCPUModelNames", 0x20008086, 312, writeConnectGetCPUModelNamesArgs, readConnectGetCPUModelNamesRet, { highPriority: false, stream: false },
);
export const connectGetSysinfo: Procedure<ConnectGetSysinfoArgs, ConnectGetSysinfoRet> = /* @__PURE__ */ procedure(
  "connectGetSysinfo", 0x20008086, 203, writeConnectGetSysinfoArgs, readConnectGetSysinfoRet, { highPriority: true, stream: false },
);
export const nodeGetInfo: Procedure<void, NodeGetInfoRet> = /* @__PURE__ */ procedure(
  "nodeGetInfo", 0x20008086, 6, writeNothing, readNodeGetInfoRet, { highPriority: true, stream: false },
);
export const nodeGetMemoryStats: Procedure<NodeGetMemoryStatsArgs, NodeGetMemoryStatsRet> = /* @__PURE__ */ procedure(
  "nodeGetMemoryStats", 0x20008086, 228, writeNodeGetMemoryStatsArgs, readNodeGetMemoryStatsRet, { highPriority: true, stream: false },
);
export const nodeGetCPUStats: Procedure<NodeGetCPUStatsArgs, NodeGetCPUStatsRet> = /* @__PURE__ */ procedure(
  "nodeGetCPUStats", 0x20008086, 227, writeNodeGetCPUStatsArgs, readNodeGetCPUStatsRet, { highPriority: true, stream: false },
);
export const nodeGetCPUMap: Procedure<NodeGetCPUMapArgs, NodeGetCPUMapRet> = /* @__PURE__ */ procedure(
  "nodeGetCPUMap", 0x20008086, 293, writeNodeGetCPUMapArgs, readNodeGetCPUMapRet, { highPriority: false, stream: false },
);
export const nodeGetFreeMemory: Procedure<void, NodeGetFreeMemoryRet> = /* @__PURE__ */ procedure(
  "nodeGetFreeMemory", 0x20008086, 102, writeNothing, readNodeGetFreeMemoryRet, { highPriority: true, stream: false },
);
export const nodeGetCellsFreeMemory: Procedure<NodeGetCellsFreeMemoryArgs, NodeGetCellsFreeMemoryRet> = /* @__PURE__ */ procedure(
  "nodeGetCellsFreeMemory", 0x20008086, 101, writeNodeGetCellsFreeMemoryArgs, readNodeGetCellsFreeMemoryRet, { highPriority: true, stream: false },
);
export const domainLookupByID: Procedure<DomainLookupByIDArgs, DomainLookupByIDRet> = /* @__PURE__ */ procedure(
  "domainLookupByID", 0x20008086, 22, writeDomainLookupByIDArgs, readDomainLookupByIDRet, { highPriority: true, stream: false },
);
export const domainLookupByUUID: Procedure<DomainLookupByUUIDArgs, DomainLookupByUUIDRet> = /* @__PURE__ */ procedure(
  "domainLookupByUUID", 0x20008086, 24, writeDomainLookupByUUIDArgs, readDomainLookupByUUIDRet, { highPriority: true, stream: false },
);
export const domainLookupByName: Procedure<DomainLookupByNameArgs, DomainLookupByNameRet> = /* @__PURE__ */ procedure(
  "domainLookupByName", 0x20008086, 23, writeDomainLookupByNameArgs, readDomainLookupByNameRet, { highPriority: true, stream: false },
);
export const domainDefineXMLFlags: Procedure<DomainDefineXMLFlagsArgs, DomainDefineXMLFlagsRet> = /* @__PURE__ */ procedure(
  "domainDefineXMLFlags", 0x20008086, 350, writeDomainDefineXMLFlagsArgs, readDomainDefineXMLFlagsRet, { highPriority: true, stream: false },
);
export const domainCreateXML: Procedure<DomainCreateXMLArgs, DomainCreateXMLRet> = /* @__PURE__ */ procedure(
  "domainCreateXML", 0x20008086, 10, writeDomainCreateXMLArgs, readDomainCreateXMLRet, { highPriority: false, stream: false },
);
export const domainCreateWithFlags: Procedure<DomainCreateWithFlagsArgs, DomainCreateWithFlagsRet> = /* @__PURE__ */ procedure(
  "domainCreateWithFlags", 0x20008086, 196, writeDomainCreateWithFlagsArgs, readDomainCreateWithFlagsRet, { highPriority: false, stream: false },
);
export const domainDestroyFlags: Procedure<DomainDestroyFlagsArgs, void> = /* @__PURE__ */ procedure(
  "domainDestroyFlags", 0x20008086, 234, writeDomainDestroyFlagsArgs, readNothing, { highPriority: true, stream: false },
);
export const domainUndefineFlags: Procedure<DomainUndefineFlagsArgs, void> = /* @__PURE__ */ procedure(
  "domainUndefineFlags", 0x20008086, 231, writeDomainUndefineFlagsArgs, readNothing, { highPriority: true, stream: false },
);
export const domainShutdownFlags: Procedure<DomainShutdownFlagsArgs, void> = /* @__PURE__ */ procedure(
  "domainShutdownFlags", 0x20008086, 258, writeDomainShutdownFlagsArgs, readNothing, { highPriority: false, stream: false },
);
export const domainReboot: Procedure<DomainRebootArgs, void> = /* @__PURE__ */ procedure(
  "domainReboot", 0x20008086, 27, writeDomainRebootArgs, readNothing, { highPriority: false, stream: false },
);
export const domainReset: Procedure<DomainResetArgs, void> = /* @__PURE__ */ procedure(
  "domainReset", 0x20008086, 245, writeDomainResetArgs, readNothing, { highPriority: false, stream: false },
);
export const domainSuspend: Procedure<DomainSuspendArgs, void> = /* @__PURE__ */ procedure(
  "domainSuspend", 0x20008086, 34, writeDomainSuspendArgs, readNothing, { highPriority: false, stream: false },
);
export const domainResume: Procedure<DomainResumeArgs, void> = /* @__PURE__ */ procedure(
  "domainResume", 0x20008086, 28, writeDomainResumeArgs, readNothing, { highPriority: false, stream: false },
);
export const domainInjectNMI: Procedure<DomainInjectNMIArgs, void> = /* @__PURE__ */ procedure(
  "domainInjectNMI", 0x20008086, 210, writeDomainInjectNMIArgs, readNothing, { highPriority: false, stream: false },
);
export const domainRename: Procedure<DomainRenameArgs, DomainRenameRet> = /* @__PURE__ */ procedure(
  "domainRename", 0x20008086, 358, writeDomainRenameArgs, readDomainRenameRet, { highPriority: false, stream: false },
);
export const domainPMSuspendForDuration: Procedure<DomainPMSuspendForDurationArgs, void> = /* @__PURE__ */ procedure(
  "domainPMSuspendForDuration", 0x20008086, 261, writeDomainPMSuspendForDurationArgs, readNothing, { highPriority: false, stream: false },
);
export const domainPMWakeup: Procedure<DomainPMWakeupArgs, void> = /* @__PURE__ */ procedure(
  "domainPMWakeup", 0x20008086, 267, writeDomainPMWakeupArgs, readNothing, { highPriority: false, stream: false },
);
export const domainGetState: Procedure<DomainGetStateArgs, DomainGetStateRet> = /* @__PURE__ */ procedure(
  "domainGetState", 0x20008086, 212, writeDomainGetStateArgs, readDomainGetStateRet, { highPriority: true, stream: false },
);
export const domainGetInfo: Procedure<DomainGetInfoArgs, DomainGetInfoRet> = /* @__PURE__ */ procedure(
  "domainGetInfo", 0x20008086, 16, writeDomainGetInfoArgs, readDomainGetInfoRet, { highPriority: false, stream: false },
);
export const domainGetControlInfo: Procedure<DomainGetControlInfoArgs, DomainGetControlInfoRet> = /* @__PURE__ */ procedure(
  "domainGetControlInfo", 0x20008086, 229, writeDomainGetControlInfoArgs, readDomainGetControlInfoRet, { highPriority: true, stream: false },
);
export const domainGetXMLDesc: Procedure<DomainGetXMLDescArgs, DomainGetXMLDescRet> = /* @__PURE__ */ procedure(
  "domainGetXMLDesc", 0x20008086, 14, writeDomainGetXMLDescArgs, readDomainGetXMLDescRet, { highPriority: false, stream: false },
);
export const domainGetOSType: Procedure<DomainGetOSTypeArgs, DomainGetOSTypeRet> = /* @__PURE__ */ procedure(
  "domainGetOSType", 0x20008086, 19, writeDomainGetOSTypeArgs, readDomainGetOSTypeRet, { highPriority: true, stream: false },
);
export const domainIsActive: Procedure<DomainIsActiveArgs, DomainIsActiveRet> = /* @__PURE__ */ procedure(
  "domainIsActive", 0x20008086, 150, writeDomainIsActiveArgs, readDomainIsActiveRet, { highPriority: true, stream: false },
);
export const domainIsPersistent: Procedure<DomainIsPersistentArgs, DomainIsPersistentRet> = /* @__PURE__ */ procedure(
  "domainIsPersistent", 0x20008086, 151, writeDomainIsPersistentArgs, readDomainIsPersistentRet, { highPriority: true, stream: false },
);
export const domainIsUpdated: Procedure<DomainIsUpdatedArgs, DomainIsUpdatedRet> = /* @__PURE__ */ procedure(
  "domainIsUpdated", 0x20008086, 202, writeDomainIsUpdatedArgs, readDomainIsUpdatedRet, { highPriority: true, stream: false },
);
export const domainGetHostname: Procedure<DomainGetHostnameArgs, DomainGetHostnameRet> = /* @__PURE__ */ procedure(
  "domainGetHostname", 0x20008086, 277, writeDomainGetHostnameArgs, readDomainGetHostnameRet, { highPriority: false, stream: false },
);
export const domainGetMessages: Procedure<DomainGetMessagesArgs, DomainGetMessagesRet> = /* @__PURE__ */ procedure(
  "domainGetMessages", 0x20008086, 426, writeDomainGetMessagesArgs, readDomainGetMessagesRet, { highPriority: false, stream: false },
);
export const domainGetAutostart: Procedure<DomainGetAutostartArgs, DomainGetAutostartRet> = /* @__PURE__ */ procedure(
  "domainGetAutostart", 0x20008086, 15, writeDomainGetAutostartArgs, readDomainGetAutostartRet, { highPriority: true, stream: false },
);
export const domainSetAutostart: Procedure<DomainSetAutostartArgs, void> = /* @__PURE__ */ procedure(
  "domainSetAutostart", 0x20008086, 29, writeDomainSetAutostartArgs, readNothing, { highPriority: true, stream: false },
);
export const domainSetMetadata: Procedure<DomainSetMetadataArgs, void> = /* @__PURE__ */ procedure(
  "domainSetMetadata", 0x20008086, 264, writeDomainSetMetadataArgs, readNothing, { highPriority: false, stream: false },
);
export const domainGetMetadata: Procedure<DomainGetMetadataArgs, DomainGetMetadataRet> = /* @__PURE__ */ procedure(
  "domainGetMetadata", 0x20008086, 265, writeDomainGetMetadataArgs, readDomainGetMetadataRet, { highPriority: false, stream: false },
);
export const domainAttachDeviceFlags: Procedure<DomainAttachDeviceFlagsArgs, void> = /* @__PURE__ */ procedure(
  "domainAttachDeviceFlags", 0x20008086, 160, writeDomainAttachDeviceFlagsArgs, readNothing, { highPriority: false, stream: false },
);
export const domainDetachDeviceFlags: Procedure<DomainDetachDeviceFlagsArgs, void> = /* @__PURE__ */ procedure(
  "domainDetachDeviceFlags", 0x20008086, 161, writeDomainDetachDeviceFlagsArgs, readNothing, { highPriority: false, stream: false },
);
export const domainUpdateDeviceFlags: Procedure<DomainUpdateDeviceFlagsArgs, void> = /* @__PURE__ */ procedure(
  "domainUpdateDeviceFlags", 0x20008086, 174, writeDomainUpdateDeviceFlagsArgs, readNothing, { highPriority: false, stream: false },
);
export const domainDetachDeviceAlias: Procedure<DomainDetachDeviceAliasArgs, void> = /* @__PURE__ */ procedure(
  "domainDetachDeviceAlias", 0x20008086, 392, writeDomainDetachDeviceAliasArgs, readNothing, { highPriority: false, stream: false },
);
export const domainSaveFlags: Procedure<DomainSaveFlagsArgs, void> = /* @__PURE__ */ procedure(
  "domainSaveFlags", 0x20008086, 232, writeDomainSaveFlagsArgs, readNothing, { highPriority: false, stream: false },
);
export const domainRestoreFlags: Procedure<DomainRestoreFlagsArgs, void> = /* @__PURE__ */ procedure(
  "domainRestoreFlags", 0x20008086, 233, writeDomainRestoreFlagsArgs, readNothing, { highPriority: false, stream: false },
);
export const domainManagedSave: Procedure<DomainManagedSaveArgs, void> = /* @__PURE__ */ procedure(
  "domainManagedSave", 0x20008086, 182, writeDomainManagedSaveArgs, readNothing, { highPriority: false, stream: false },
);
export const domainManagedSaveRemove: Procedure<DomainManagedSaveRemoveArgs, void> = /* @__PURE__ */ procedure(
  "domainManagedSaveRemove", 0x20008086, 184, writeDomainManagedSaveRemoveArgs, readNothing, { highPriority: false, stream: false },
);
export const domainHasManagedSaveImage: Procedure<DomainHasManagedSaveImageArgs, DomainHasManagedSaveImageRet> = /* @__PURE__ */ procedure(
  "domainHasManagedSaveImage", 0x20008086, 183, writeDomainHasManagedSaveImageArgs, readDomainHasManagedSaveImageRet, { highPriority: false, stream: false },
);
export const domainCoreDumpWithFormat: Procedure<DomainCoreDumpWithFormatArgs, void> = /* @__PURE__ */ procedure(
  "domainCoreDumpWithFormat", 0x20008086, 334, writeDomainCoreDumpWithFormatArgs, readNothing, { highPriority: false, stream: false },
);
export const domainBlockStats: Procedure<DomainBlockStatsArgs, DomainBlockStatsRet> = /* @__PURE__ */ procedure(
  "domainBlockStats", 0x20008086, 64, writeDomainBlockStatsArgs, readDomainBlockStatsRet, { highPriority: false, stream: false },
);
export const domainBlockStatsFlags: Procedure<DomainBlockStatsFlagsArgs, DomainBlockStatsFlagsRet> = /* @__PURE__ */ procedure(
  "domainBlockStatsFlags", 0x20008086, 243, writeDomainBlockStatsFlagsArgs, readDomainBlockStatsFlagsRet, { highPriority: false, stream: false },
);
export const domainInterfaceStats: Procedure<DomainInterfaceStatsArgs, DomainInterfaceStatsRet> = /* @__PURE__ */ procedure(
  "domainInterfaceStats", 0x20008086, 65, writeDomainInterfaceStatsArgs, readDomainInterfaceStatsRet, { highPriority: true, stream: false },
);
export const domainMemoryStats: Procedure<DomainMemoryStatsArgs, DomainMemoryStatsRet> = /* @__PURE__ */ procedure(
  "domainMemoryStats", 0x20008086, 159, writeDomainMemoryStatsArgs, readDomainMemoryStatsRet, { highPriority: false, stream: false },
);
export const domainGetCPUStats: Procedure<DomainGetCPUStatsArgs, DomainGetCPUStatsRet> = /* @__PURE__ */ procedure(
  "domainGetCPUStats", 0x20008086, 262, writeDomainGetCPUStatsArgs, readDomainGetCPUStatsRet, { highPriority: false, stream: false },
);
export const domainSetMemoryStatsPeriod: Procedure<DomainSetMemoryStatsPeriodArgs, void> = /* @__PURE__ */ procedure(
  "domainSetMemoryStatsPeriod", 0x20008086, 308, writeDomainSetMemoryStatsPeriodArgs, readNothing, { highPriority: false, stream: false },
);
export const domainGetDiskErrors: Procedure<DomainGetDiskErrorsArgs, DomainGetDiskErrorsRet> = /* @__PURE__ */ procedure(
  "domainGetDiskErrors", 0x20008086, 263, writeDomainGetDiskErrorsArgs, readDomainGetDiskErrorsRet, { highPriority: false, stream: false },
);
export const domainGetBlockInfo: Procedure<DomainGetBlockInfoArgs, DomainGetBlockInfoRet> = /* @__PURE__ */ procedure(
  "domainGetBlockInfo", 0x20008086, 194, writeDomainGetBlockInfoArgs, readDomainGetBlockInfoRet, { highPriority: false, stream: false },
);
export const domainBlockResize: Procedure<DomainBlockResizeArgs, void> = /* @__PURE__ */ procedure(
  "domainBlockResize", 0x20008086, 251, writeDomainBlockResizeArgs, readNothing, { highPriority: false, stream: false },
);
export const domainBlockPeek: Procedure<DomainBlockPeekArgs, DomainBlockPeekRet> = /* @__PURE__ */ procedure(
  "domainBlockPeek", 0x20008086, 103, writeDomainBlockPeekArgs, readDomainBlockPeekRet, { highPriority: false, stream: false },
);
export const domainBlockCopy: Procedure<DomainBlockCopyArgs, void> = /* @__PURE__ */ procedure(
  "domainBlockCopy", 0x20008086, 345, writeDomainBlockCopyArgs, readNothing, { highPriority: false, stream: false },
);
export const domainBlockRebase: Procedure<DomainBlockRebaseArgs, void> = /* @__PURE__ */ procedure(
  "domainBlockRebase", 0x20008086, 266, writeDomainBlockRebaseArgs, readNothing, { highPriority: false, stream: false },
);
export const domainBlockCommit: Procedure<DomainBlockCommitArgs, void> = /* @__PURE__ */ procedure(
  "domainBlockCommit", 0x20008086, 290, writeDomainBlockCommitArgs, readNothing, { highPriority: false, stream: false },
);
export const domainBlockPull: Procedure<DomainBlockPullArgs, void> = /* @__PURE__ */ procedure(
  "domainBlockPull", 0x20008086, 240, writeDomainBlockPullArgs, readNothing, { highPriority: false, stream: false },
);
export const domainGetBlockJobInfo: Procedure<DomainGetBlockJobInfoArgs, DomainGetBlockJobInfoRet> = /* @__PURE__ */ procedure(
  "domainGetBlockJobInfo", 0x20008086, 238, writeDomainGetBlockJobInfoArgs, readDomainGetBlockJobInfoRet, { highPriority: false, stream: false },
);
export const domainBlockJobAbort: Procedure<DomainBlockJobAbortArgs, void> = /* @__PURE__ */ procedure(
  "domainBlockJobAbort", 0x20008086, 237, writeDomainBlockJobAbortArgs, readNothing, { highPriority: false, stream: false },
);
export const domainBlockJobSetSpeed: Procedure<DomainBlockJobSetSpeedArgs, void> = /* @__PURE__ */ procedure(
  "domainBlockJobSetSpeed", 0x20008086, 239, writeDomainBlockJobSetSpeedArgs, readNothing, { highPriority: false, stream: false },
);
export const domainSetBlockIoTune: Procedure<DomainSetBlockIoTuneArgs, void> = /* @__PURE__ */ procedure(
  "domainSetBlockIoTune", 0x20008086, 252, writeDomainSetBlockIoTuneArgs, readNothing, { highPriority: false, stream: false },
);
export const domainGetBlockIoTune: Procedure<DomainGetBlockIoTuneArgs, DomainGetBlockIoTuneRet> = /* @__PURE__ */ procedure(
  "domainGetBlockIoTune", 0x20008086, 253, writeDomainGetBlockIoTuneArgs, readDomainGetBlockIoTuneRet, { highPriority: false, stream: false },
);
export const domainSetBlockThreshold: Procedure<DomainSetBlockThresholdArgs, void> = /* @__PURE__ */ procedure(
  "domainSetBlockThreshold", 0x20008086, 386, writeDomainSetBlockThresholdArgs, readNothing, { highPriority: false, stream: false },
);
export const domainSnapshotCreateXML: Procedure<DomainSnapshotCreateXMLArgs, DomainSnapshotCreateXMLRet> = /* @__PURE__ */ procedure(
  "domainSnapshotCreateXML", 0x20008086, 185, writeDomainSnapshotCreateXMLArgs, readDomainSnapshotCreateXMLRet, { highPriority: false, stream: false },
);
export const domainSnapshotDelete: Procedure<DomainSnapshotDeleteArgs, void> = /* @__PURE__ */ procedure(
  "domainSnapshotDelete", 0x20008086, 193, writeDomainSnapshotDeleteArgs, readNothing, { highPriority: false, stream: false },
);
export const domainSnapshotLookupByName: Procedure<DomainSnapshotLookupByNameArgs, DomainSnapshotLookupByNameRet> = /* @__PURE__ */ procedure(
  "domainSnapshotLookupByName", 0x20008086, 189, writeDomainSnapshotLookupByNameArgs, readDomainSnapshotLookupByNameRet, { highPriority: true, stream: false },
);
export const domainSnapshotGetXMLDesc: Procedure<DomainSnapshotGetXMLDescArgs, DomainSnapshotGetXMLDescRet> = /* @__PURE__ */ procedure(
  "domainSnapshotGetXMLDesc", 0x20008086, 186, writeDomainSnapshotGetXMLDescArgs, readDomainSnapshotGetXMLDescRet, { highPriority: true, stream: false },
);
export const domainListAllSnapshots: Procedure<DomainListAllSnapshotsArgs, DomainListAllSnapshotsRet> = /* @__PURE__ */ procedure(
  "domainListAllSnapshots", 0x20008086, 274, writeDomainListAllSnapshotsArgs, readDomainListAllSnapshotsRet, { highPriority: true, stream: false },
);
export const domainRevertToSnapshot: Procedure<DomainRevertToSnapshotArgs, void> = /* @__PURE__ */ procedure(
  "domainRevertToSnapshot", 0x20008086, 192, writeDomainRevertToSnapshotArgs, readNothing, { highPriority: false, stream: false },
);
export const domainScreenshot: Procedure<DomainScreenshotArgs, DomainScreenshotRet> = /* @__PURE__ */ procedure(
  "domainScreenshot", 0x20008086, 211, writeDomainScreenshotArgs, readDomainScreenshotRet, { highPriority: false, stream: true },
);
export const domainOpenConsole: Procedure<DomainOpenConsoleArgs, void> = /* @__PURE__ */ procedure(
  "domainOpenConsole", 0x20008086, 201, writeDomainOpenConsoleArgs, readNothing, { highPriority: false, stream: true },
);
export const domainOpenChannel: Procedure<DomainOpenChannelArgs, void> = /* @__PURE__ */ procedure(
  "domainOpenChannel", 0x20008086, 296, writeDomainOpenChannelArgs, readNothing, { highPriority: false, stream: true },
);
export const domainSendKey: Procedure<DomainSendKeyArgs, void> = /* @__PURE__ */ procedure(
  "domainSendKey", 0x20008086, 226, writeDomainSendKeyArgs, readNothing, { highPriority: false, stream: false },
);
export const domainGetVcpus: Procedure<DomainGetVcpusArgs, DomainGetVcpusRet> = /* @__PURE__ */ procedure(
  "domainGetVcpus", 0x20008086, 20, writeDomainGetVcpusArgs, readDomainGetVcpusRet, { highPriority: true, stream: false },
);
export const domainGetVcpusFlags: Procedure<DomainGetVcpusFlagsArgs, DomainGetVcpusFlagsRet> = /* @__PURE__ */ procedure(
  "domainGetVcpusFlags", 0x20008086, 200, writeDomainGetVcpusFlagsArgs, readDomainGetVcpusFlagsRet, { highPriority: false, stream: false },
);
export const domainSetVcpusFlags: Procedure<DomainSetVcpusFlagsArgs, void> = /* @__PURE__ */ procedure(
  "domainSetVcpusFlags", 0x20008086, 199, writeDomainSetVcpusFlagsArgs, readNothing, { highPriority: false, stream: false },
);
export const domainGetMaxVcpus: Procedure<DomainGetMaxVcpusArgs, DomainGetMaxVcpusRet> = /* @__PURE__ */ procedure(
  "domainGetMaxVcpus", 0x20008086, 18, writeDomainGetMaxVcpusArgs, readDomainGetMaxVcpusRet, { highPriority: true, stream: false },
);
export const domainPinVcpuFlags: Procedure<DomainPinVcpuFlagsArgs, void> = /* @__PURE__ */ procedure(
  "domainPinVcpuFlags", 0x20008086, 225, writeDomainPinVcpuFlagsArgs, readNothing, { highPriority: false, stream: false },
);
export const domainGetMaxMemory: Procedure<DomainGetMaxMemoryArgs, DomainGetMaxMemoryRet> = /* @__PURE__ */ procedure(
  "domainGetMaxMemory", 0x20008086, 17, writeDomainGetMaxMemoryArgs, readDomainGetMaxMemoryRet, { highPriority: true, stream: false },
);
export const domainSetMemoryFlags: Procedure<DomainSetMemoryFlagsArgs, void> = /* @__PURE__ */ procedure(
  "domainSetMemoryFlags", 0x20008086, 204, writeDomainSetMemoryFlagsArgs, readNothing, { highPriority: false, stream: false },
);
export const domainSetInterfaceParameters: Procedure<DomainSetInterfaceParametersArgs, void> = /* @__PURE__ */ procedure(
  "domainSetInterfaceParameters", 0x20008086, 256, writeDomainSetInterfaceParametersArgs, readNothing, { highPriority: false, stream: false },
);
export const domainSetSchedulerParametersFlags: Procedure<DomainSetSchedulerParametersFlagsArgs, void> = /* @__PURE__ */ procedure(
  "domainSetSchedulerParametersFlags", 0x20008086, 219, writeDomainSetSchedulerParametersFlagsArgs, readNothing, { highPriority: false, stream: false },
);
export const domainGetSchedulerParametersFlags: Procedure<DomainGetSchedulerParametersFlagsArgs, DomainGetSchedulerParametersFlagsRet> = /* @__PURE__ */ procedure(
  "domainGetSchedulerParametersFlags", 0x20008086, 223, writeDomainGetSchedulerParametersFlagsArgs, readDomainGetSchedulerParametersFlagsRet, { highPriority: false, stream: false },
);
export const domainMigrateBegin3Params: Procedure<DomainMigrateBegin3ParamsArgs, DomainMigrateBegin3ParamsRet> = /* @__PURE__ */ procedure(
  "domainMigrateBegin3Params", 0x20008086, 302, writeDomainMigrateBegin3ParamsArgs, readDomainMigrateBegin3ParamsRet, { highPriority: false, stream: false },
);
export const domainMigratePrepare3Params: Procedure<DomainMigratePrepare3ParamsArgs, DomainMigratePrepare3ParamsRet> = /* @__PURE__ */ procedure(
  "domainMigratePrepare3Params", 0x20008086, 303, writeDomainMigratePrepare3ParamsArgs, readDomainMigratePrepare3ParamsRet, { highPriority: false, stream: false },
);
export const domainMigratePerform3Params: Procedure<DomainMigratePerform3ParamsArgs, DomainMigratePerform3ParamsRet> = /* @__PURE__ */ procedure(
  "domainMigratePerform3Params", 0x20008086, 305, writeDomainMigratePerform3ParamsArgs, readDomainMigratePerform3ParamsRet, { highPriority: false, stream: false },
);
export const domainMigrateFinish3Params: Procedure<DomainMigrateFinish3ParamsArgs, DomainMigrateFinish3ParamsRet> = /* @__PURE__ */ procedure(
  "domainMigrateFinish3Params", 0x20008086, 306, writeDomainMigrateFinish3ParamsArgs, readDomainMigrateFinish3ParamsRet, { highPriority: false, stream: false },
);
export const domainMigrateConfirm3Params: Procedure<DomainMigrateConfirm3ParamsArgs, void> = /* @__PURE__ */ procedure(
  "domainMigrateConfirm3Params", 0x20008086, 307, writeDomainMigrateConfirm3ParamsArgs, readNothing, { highPriority: false, stream: false },
);
export const domainMigrateSetMaxDowntime: Procedure<DomainMigrateSetMaxDowntimeArgs, void> = /* @__PURE__ */ procedure(
  "domainMigrateSetMaxDowntime", 0x20008086, 166, writeDomainMigrateSetMaxDowntimeArgs, readNothing, { highPriority: false, stream: false },
);
export const domainMigrateSetMaxSpeed: Procedure<DomainMigrateSetMaxSpeedArgs, void> = /* @__PURE__ */ procedure(
  "domainMigrateSetMaxSpeed", 0x20008086, 207, writeDomainMigrateSetMaxSpeedArgs, readNothing, { highPriority: false, stream: false },
);
export const domainMigrateGetMaxSpeed: Procedure<DomainMigrateGetMaxSpeedArgs, DomainMigrateGetMaxSpeedRet> = /* @__PURE__ */ procedure(
  "domainMigrateGetMaxSpeed", 0x20008086, 242, writeDomainMigrateGetMaxSpeedArgs, readDomainMigrateGetMaxSpeedRet, { highPriority: false, stream: false },
);
export const domainMigrateStartPostCopy: Procedure<DomainMigrateStartPostCopyArgs, void> = /* @__PURE__ */ procedure(
  "domainMigrateStartPostCopy", 0x20008086, 364, writeDomainMigrateStartPostCopyArgs, readNothing, { highPriority: false, stream: false },
);
export const domainGetJobInfo: Procedure<DomainGetJobInfoArgs, DomainGetJobInfoRet> = /* @__PURE__ */ procedure(
  "domainGetJobInfo", 0x20008086, 163, writeDomainGetJobInfoArgs, readDomainGetJobInfoRet, { highPriority: false, stream: false },
);
export const domainGetJobStats: Procedure<DomainGetJobStatsArgs, DomainGetJobStatsRet> = /* @__PURE__ */ procedure(
  "domainGetJobStats", 0x20008086, 298, writeDomainGetJobStatsArgs, readDomainGetJobStatsRet, { highPriority: false, stream: false },
);
export const domainAbortJob: Procedure<DomainAbortJobArgs, void> = /* @__PURE__ */ procedure(
  "domainAbortJob", 0x20008086, 164, writeDomainAbortJobArgs, readNothing, { highPriority: false, stream: false },
);
export const domainFSFreeze: Procedure<DomainFSFreezeArgs, DomainFSFreezeRet> = /* @__PURE__ */ procedure(
  "domainFSFreeze", 0x20008086, 335, writeDomainFSFreezeArgs, readDomainFSFreezeRet, { highPriority: false, stream: false },
);
export const domainFSThaw: Procedure<DomainFSThawArgs, DomainFSThawRet> = /* @__PURE__ */ procedure(
  "domainFSThaw", 0x20008086, 336, writeDomainFSThawArgs, readDomainFSThawRet, { highPriority: false, stream: false },
);
export const domainFSTrim: Procedure<DomainFSTrimArgs, void> = /* @__PURE__ */ procedure(
  "domainFSTrim", 0x20008086, 294, writeDomainFSTrimArgs, readNothing, { highPriority: false, stream: false },
);
export const domainGetFSInfo: Procedure<DomainGetFSInfoArgs, DomainGetFSInfoRet> = /* @__PURE__ */ procedure(
  "domainGetFSInfo", 0x20008086, 349, writeDomainGetFSInfoArgs, readDomainGetFSInfoRet, { highPriority: false, stream: false },
);
export const domainSetTime: Procedure<DomainSetTimeArgs, void> = /* @__PURE__ */ procedure(
  "domainSetTime", 0x20008086, 338, writeDomainSetTimeArgs, readNothing, { highPriority: false, stream: false },
);
export const domainGetTime: Procedure<DomainGetTimeArgs, DomainGetTimeRet> = /* @__PURE__ */ procedure(
  "domainGetTime", 0x20008086, 337, writeDomainGetTimeArgs, readDomainGetTimeRet, { highPriority: false, stream: false },
);
export const domainSetUserPassword: Procedure<DomainSetUserPasswordArgs, void> = /* @__PURE__ */ procedure(
  "domainSetUserPassword", 0x20008086, 357, writeDomainSetUserPasswordArgs, readNothing, { highPriority: false, stream: false },
);
export const domainInterfaceAddresses: Procedure<DomainInterfaceAddressesArgs, DomainInterfaceAddressesRet> = /* @__PURE__ */ procedure(
  "domainInterfaceAddresses", 0x20008086, 353, writeDomainInterfaceAddressesArgs, readDomainInterfaceAddressesRet, { highPriority: false, stream: false },
);
export const domainGetGuestInfo: Procedure<DomainGetGuestInfoArgs, DomainGetGuestInfoRet> = /* @__PURE__ */ procedure(
  "domainGetGuestInfo", 0x20008086, 418, writeDomainGetGuestInfoArgs, readDomainGetGuestInfoRet, { highPriority: false, stream: false },
);
export const domainAgentSetResponseTimeout: Procedure<DomainAgentSetResponseTimeoutArgs, DomainAgentSetResponseTimeoutRet> = /* @__PURE__ */ procedure(
  "domainAgentSetResponseTimeout", 0x20008086, 420, writeDomainAgentSetResponseTimeoutArgs, readDomainAgentSetResponseTimeoutRet, { highPriority: false, stream: false },
);
export const connectListAllNetworks: Procedure<ConnectListAllNetworksArgs, ConnectListAllNetworksRet> = /* @__PURE__ */ procedure(
  "connectListAllNetworks", 0x20008086, 283, writeConnectListAllNetworksArgs, readConnectListAllNetworksRet, { highPriority: true, stream: false },
);
export const networkLookupByName: Procedure<NetworkLookupByNameArgs, NetworkLookupByNameRet> = /* @__PURE__ */ procedure(
  "networkLookupByName", 0x20008086, 46, writeNetworkLookupByNameArgs, readNetworkLookupByNameRet, { highPriority: true, stream: false },
);
export const networkGetXMLDesc: Procedure<NetworkGetXMLDescArgs, NetworkGetXMLDescRet> = /* @__PURE__ */ procedure(
  "networkGetXMLDesc", 0x20008086, 43, writeNetworkGetXMLDescArgs, readNetworkGetXMLDescRet, { highPriority: true, stream: false },
);
export const networkGetBridgeName: Procedure<NetworkGetBridgeNameArgs, NetworkGetBridgeNameRet> = /* @__PURE__ */ procedure(
  "networkGetBridgeName", 0x20008086, 45, writeNetworkGetBridgeNameArgs, readNetworkGetBridgeNameRet, { highPriority: true, stream: false },
);
export const networkIsActive: Procedure<NetworkIsActiveArgs, NetworkIsActiveRet> = /* @__PURE__ */ procedure(
  "networkIsActive", 0x20008086, 152, writeNetworkIsActiveArgs, readNetworkIsActiveRet, { highPriority: true, stream: false },
);
export const connectListAllStoragePools: Procedure<ConnectListAllStoragePoolsArgs, ConnectListAllStoragePoolsRet> = /* @__PURE__ */ procedure(
  "connectListAllStoragePools", 0x20008086, 281, writeConnectListAllStoragePoolsArgs, readConnectListAllStoragePoolsRet, { highPriority: true, stream: false },
);
export const storagePoolLookupByName: Procedure<StoragePoolLookupByNameArgs, StoragePoolLookupByNameRet> = /* @__PURE__ */ procedure(
  "storagePoolLookupByName", 0x20008086, 84, writeStoragePoolLookupByNameArgs, readStoragePoolLookupByNameRet, { highPriority: true, stream: false },
);
export const storagePoolRefresh: Procedure<StoragePoolRefreshArgs, void> = /* @__PURE__ */ procedure(
  "storagePoolRefresh", 0x20008086, 83, writeStoragePoolRefreshArgs, readNothing, { highPriority: false, stream: false },
);
export const storagePoolGetInfo: Procedure<StoragePoolGetInfoArgs, StoragePoolGetInfoRet> = /* @__PURE__ */ procedure(
  "storagePoolGetInfo", 0x20008086, 87, writeStoragePoolGetInfoArgs, readStoragePoolGetInfoRet, { highPriority: true, stream: false },
);
export const storagePoolGetXMLDesc: Procedure<StoragePoolGetXMLDescArgs, StoragePoolGetXMLDescRet> = /* @__PURE__ */ procedure(
  "storagePoolGetXMLDesc", 0x20008086, 88, writeStoragePoolGetXMLDescArgs, readStoragePoolGetXMLDescRet, { highPriority: true, stream: false },
);
export const storagePoolListAllVolumes: Procedure<StoragePoolListAllVolumesArgs, StoragePoolListAllVolumesRet> = /* @__PURE__ */ procedure(
  "storagePoolListAllVolumes", 0x20008086, 282, writeStoragePoolListAllVolumesArgs, readStoragePoolListAllVolumesRet, { highPriority: true, stream: false },
);
export const connectListAllNWFilters: Procedure<ConnectListAllNWFiltersArgs, ConnectListAllNWFiltersRet> = /* @__PURE__ */ procedure(
  "connectListAllNWFilters", 0x20008086, 286, writeConnectListAllNWFiltersArgs, readConnectListAllNWFiltersRet, { highPriority: true, stream: false },
);
export const nwfilterLookupByName: Procedure<NWFilterLookupByNameArgs, NWFilterLookupByNameRet> = /* @__PURE__ */ procedure(
  "nwfilterLookupByName", 0x20008086, 175, writeNWFilterLookupByNameArgs, readNWFilterLookupByNameRet, { highPriority: true, stream: false },
);
export const nwfilterLookupByUUID: Procedure<NWFilterLookupByUUIDArgs, NWFilterLookupByUUIDRet> = /* @__PURE__ */ procedure(
  "nwfilterLookupByUUID", 0x20008086, 176, writeNWFilterLookupByUUIDArgs, readNWFilterLookupByUUIDRet, { highPriority: true, stream: false },
);
export const nwfilterDefineXML: Procedure<NWFilterDefineXMLArgs, NWFilterDefineXMLRet> = /* @__PURE__ */ procedure(
  "nwfilterDefineXML", 0x20008086, 180, writeNWFilterDefineXMLArgs, readNWFilterDefineXMLRet, { highPriority: true, stream: false },
);
export const nwfilterUndefine: Procedure<NWFilterUndefineArgs, void> = /* @__PURE__ */ procedure(
  "nwfilterUndefine", 0x20008086, 181, writeNWFilterUndefineArgs, readNothing, { highPriority: true, stream: false },
);
export const nwfilterGetXMLDesc: Procedure<NWFilterGetXMLDescArgs, NWFilterGetXMLDescRet> = /* @__PURE__ */ procedure(
  "nwfilterGetXMLDesc", 0x20008086, 177, writeNWFilterGetXMLDescArgs, readNWFilterGetXMLDescRet, { highPriority: true, stream: false },
);
export const connectListAllNodeDevices: Procedure<ConnectListAllNodeDevicesArgs, ConnectListAllNodeDevicesRet> = /* @__PURE__ */ procedure(
  "connectListAllNodeDevices", 0x20008086, 285, writeConnectListAllNodeDevicesArgs, readConnectListAllNodeDevicesRet, { highPriority: true, stream: false },
);
export const nodeDeviceLookupByName: Procedure<NodeDeviceLookupByNameArgs, NodeDeviceLookupByNameRet> = /* @__PURE__ */ procedure(
  "nodeDeviceLookupByName", 0x20008086, 113, writeNodeDeviceLookupByNameArgs, readNodeDeviceLookupByNameRet, { highPriority: true, stream: false },
);
export const nodeDeviceGetXMLDesc: Procedure<NodeDeviceGetXMLDescArgs, NodeDeviceGetXMLDescRet> = /* @__PURE__ */ procedure(
  "nodeDeviceGetXMLDesc", 0x20008086, 114, writeNodeDeviceGetXMLDescArgs, readNodeDeviceGetXMLDescRet, { highPriority: false, stream: false },
);
export const connectListAllSecrets: Procedure<ConnectListAllSecretsArgs, ConnectListAllSecretsRet> = /* @__PURE__ */ procedure(
  "connectListAllSecrets", 0x20008086, 287, writeConnectListAllSecretsArgs, readConnectListAllSecretsRet, { highPriority: true, stream: false },
);
export const secretLookupByUUID: Procedure<SecretLookupByUUIDArgs, SecretLookupByUUIDRet> = /* @__PURE__ */ procedure(
  "secretLookupByUUID", 0x20008086, 141, writeSecretLookupByUUIDArgs, readSecretLookupByUUIDRet, { highPriority: true, stream: false },
);
export const secretLookupByUsage: Procedure<SecretLookupByUsageArgs, SecretLookupByUsageRet> = /* @__PURE__ */ procedure(
  "secretLookupByUsage", 0x20008086, 147, writeSecretLookupByUsageArgs, readSecretLookupByUsageRet, { highPriority: true, stream: false },
);
export const secretDefineXML: Procedure<SecretDefineXMLArgs, SecretDefineXMLRet> = /* @__PURE__ */ procedure(
  "secretDefineXML", 0x20008086, 142, writeSecretDefineXMLArgs, readSecretDefineXMLRet, { highPriority: true, stream: false },
);
export const secretSetValue: Procedure<SecretSetValueArgs, void> = /* @__PURE__ */ procedure(
  "secretSetValue", 0x20008086, 144, writeSecretSetValueArgs, readNothing, { highPriority: true, stream: false },
);
export const secretUndefine: Procedure<SecretUndefineArgs, void> = /* @__PURE__ */ procedure(
  "secretUndefine", 0x20008086, 146, writeSecretUndefineArgs, readNothing, { highPriority: true, stream: false },
);
export const connectDomainEventCallbackRegisterAny: Procedure<ConnectDomainEventCallbackRegisterAnyArgs, ConnectDomainEventCallbackRegisterAnyRet> = /* @__PURE__ */ procedure(
  "connectDomainEventCallbackRegisterAny", 0x20008086, 316, writeConnectDomainEventCallbackRegisterAnyArgs, readConnectDomainEventCallbackRegisterAnyRet, { highPriority: true, stream: false },
);
export const connectDomainEventCallbackDeregisterAny: Procedure<ConnectDomainEventCallbackDeregisterAnyArgs, void> = /* @__PURE__ */ procedure(
  "connectDomainEventCallbackDeregisterAny", 0x20008086, 317, writeConnectDomainEventCallbackDeregisterAnyArgs, readNothing, { highPriority: true, stream: false },
);
export const domainEventCallbackLifecycle: EventMessage<DomainEventCallbackLifecycleMsg> = /* @__PURE__ */ eventMessage(
  "domainEventCallbackLifecycle", 0x20008086, 318, readDomainEventCallbackLifecycleMsg,
);
export const domainEventCallbackReboot: EventMessage<DomainEventCallbackRebootMsg> = /* @__PURE__ */ eventMessage(
  "domainEventCallbackReboot", 0x20008086, 319, readDomainEventCallbackRebootMsg,
);
export const domainEventCallbackRtcChange: EventMessage<DomainEventCallbackRtcChangeMsg> = /* @__PURE__ */ eventMessage(
  "domainEventCallbackRtcChange", 0x20008086, 320, readDomainEventCallbackRtcChangeMsg,
);
export const domainEventCallbackWatchdog: EventMessage<DomainEventCallbackWatchdogMsg> = /* @__PURE__ */ eventMessage(
  "domainEventCallbackWatchdog", 0x20008086, 321, readDomainEventCallbackWatchdogMsg,
);
export const domainEventCallbackIoError: EventMessage<DomainEventCallbackIoErrorMsg> = /* @__PURE__ */ eventMessage(
  "domainEventCallbackIoError", 0x20008086, 322, readDomainEventCallbackIoErrorMsg,
);
export const domainEventCallbackIoErrorReason: EventMessage<DomainEventCallbackIoErrorReasonMsg> = /* @__PURE__ */ eventMessage(
  "domainEventCallbackIoErrorReason", 0x20008086, 324, readDomainEventCallbackIoErrorReasonMsg,
);
export const domainEventCallbackGraphics: EventMessage<DomainEventCallbackGraphicsMsg> = /* @__PURE__ */ eventMessage(
  "domainEventCallbackGraphics", 0x20008086, 323, readDomainEventCallbackGraphicsMsg,
);
export const domainEventCallbackControlError: EventMessage<DomainEventCallbackControlErrorMsg> = /* @__PURE__ */ eventMessage(
  "domainEventCallbackControlError", 0x20008086, 325, readDomainEventCallbackControlErrorMsg,
);
export const domainEventCallbackBlockJob: EventMessage<DomainEventCallbackBlockJobMsg> = /* @__PURE__ */ eventMessage(
  "domainEventCallbackBlockJob", 0x20008086, 326, readDomainEventCallbackBlockJobMsg,
);
export const domainEventCallbackDiskChange: EventMessage<DomainEventCallbackDiskChangeMsg> = /* @__PURE__ */ eventMessage(
  "domainEventCallbackDiskChange", 0x20008086, 327, readDomainEventCallbackDiskChangeMsg,
);
export const domainEventCallbackTrayChange: EventMessage<DomainEventCallbackTrayChangeMsg> = /* @__PURE__ */ eventMessage(
  "domainEventCallbackTrayChange", 0x20008086, 328, readDomainEventCallbackTrayChangeMsg,
);
export const domainEventCallbackPMwakeup: EventMessage<DomainEventCallbackPMwakeupMsg> = /* @__PURE__ */ eventMessage(
  "domainEventCallbackPMwakeup", 0x20008086, 329, readDomainEventCallbackPMwakeupMsg,
);
export const domainEventCallbackPMsuspend: EventMessage<DomainEventCallbackPMsuspendMsg> = /* @__PURE__ */ eventMessage(
  "domainEventCallbackPMsuspend", 0x20008086, 330, readDomainEventCallbackPMsuspendMsg,
);
export const domainEventCallbackPMsuspendDisk: EventMessage<DomainEventCallbackPMsuspendDiskMsg> = /* @__PURE__ */ eventMessage(
  "domainEventCallbackPMsuspendDisk", 0x20008086, 332, readDomainEventCallbackPMsuspendDiskMsg,
);
export const domainEventCallbackBalloonChange: EventMessage<DomainEventCallbackBalloonChangeMsg> = /* @__PURE__ */ eventMessage(
  "domainEventCallbackBalloonChange", 0x20008086, 331, readDomainEventCallbackBalloonChangeMsg,
);
export const domainEventCallbackDeviceRemoved: EventMessage<DomainEventCallbackDeviceRemovedMsg> = /* @__PURE__ */ eventMessage(
  "domainEventCallbackDeviceRemoved", 0x20008086, 333, readDomainEventCallbackDeviceRemovedMsg,
);
export const domainEventCallbackDeviceAdded: EventMessage<DomainEventCallbackDeviceAddedMsg> = /* @__PURE__ */ eventMessage(
  "domainEventCallbackDeviceAdded", 0x20008086, 354, readDomainEventCallbackDeviceAddedMsg,
);
export const domainEventCallbackDeviceRemovalFailed: EventMessage<DomainEventCallbackDeviceRemovalFailedMsg> = /* @__PURE__ */ eventMessage(
  "domainEventCallbackDeviceRemovalFailed", 0x20008086, 367, readDomainEventCallbackDeviceRemovalFailedMsg,
);
export const domainEventCallbackTunable: EventMessage<DomainEventCallbackTunableMsg> = /* @__PURE__ */ eventMessage(
  "domainEventCallbackTunable", 0x20008086, 346, readDomainEventCallbackTunableMsg,
);
export const domainEventCallbackAgentLifecycle: EventMessage<DomainEventCallbackAgentLifecycleMsg> = /* @__PURE__ */ eventMessage(
  "domainEventCallbackAgentLifecycle", 0x20008086, 348, readDomainEventCallbackAgentLifecycleMsg,
);
export const domainEventCallbackMigrationIteration: EventMessage<DomainEventCallbackMigrationIterationMsg> = /* @__PURE__ */ eventMessage(
  "domainEventCallbackMigrationIteration", 0x20008086, 359, readDomainEventCallbackMigrationIterationMsg,
);
export const domainEventCallbackJobCompleted: EventMessage<DomainEventCallbackJobCompletedMsg> = /* @__PURE__ */ eventMessage(
  "domainEventCallbackJobCompleted", 0x20008086, 363, readDomainEventCallbackJobCompletedMsg,
);
export const domainEventCallbackMetadataChange: EventMessage<DomainEventCallbackMetadataChangeMsg> = /* @__PURE__ */ eventMessage(
  "domainEventCallbackMetadataChange", 0x20008086, 379, readDomainEventCallbackMetadataChangeMsg,
);
export const domainEventBlockJob2: EventMessage<DomainEventBlockJob2Msg> = /* @__PURE__ */ eventMessage(
  "domainEventBlockJob2", 0x20008086, 339, readDomainEventBlockJob2Msg,
);
export const domainEventBlockThreshold: EventMessage<DomainEventBlockThresholdMsg> = /* @__PURE__ */ eventMessage(
  "domainEventBlockThreshold", 0x20008086, 385, readDomainEventBlockThresholdMsg,
);
export const domainEventMemoryFailure: EventMessage<DomainEventMemoryFailureMsg> = /* @__PURE__ */ eventMessage(
  "domainEventMemoryFailure", 0x20008086, 423, readDomainEventMemoryFailureMsg,
);
export const domainEventMemoryDeviceSizeChange: EventMessage<DomainEventMemoryDeviceSizeChangeMsg> = /* @__PURE__ */ eventMessage(
  "domainEventMemoryDeviceSizeChange", 0x20008086, 438, readDomainEventMemoryDeviceSizeChangeMsg,
);
export const qemuDomainMonitorCommand: Procedure<QemuDomainMonitorCommandArgs, QemuDomainMonitorCommandRet> = /* @__PURE__ */ procedure(
  "qemuDomainMonitorCommand", 0x20008087, 1, writeQemuDomainMonitorCommandArgs, readQemuDomainMonitorCommandRet, { highPriority: false, stream: false },
);
export const qemuDomainAgentCommand: Procedure<QemuDomainAgentCommandArgs, QemuDomainAgentCommandRet> = /* @__PURE__ */ procedure(
  "qemuDomainAgentCommand", 0x20008087, 3, writeQemuDomainAgentCommandArgs, readQemuDomainAgentCommandRet, { highPriority: false, stream: false },
);
