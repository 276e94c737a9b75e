// What a host has besides domains: networks, storage pools, network filters, devices, secrets.
// An absent flags argument is 0, which lists everything.

import type { Rpc } from "./host.ts";
import * as p from "./procedures.gen.ts";
import type { CallOptions } from "./rpc.ts";
import { exactNumber } from "./typed-params.ts";

/** Scanning a pool's volumes can take minutes. */
const refreshOptions: CallOptions = { timeoutMs: 600_000 };

export interface StoragePoolInfo {
  /** virStoragePoolState. */
  readonly state: number;
  /** Bytes. */
  readonly capacity: number;
  readonly allocation: number;
  readonly available: number;
}

export function resourceCalls(rpc: Rpc) {
  return {
    /** flags: virConnectListAllNetworksFlags. */
    async connectListAllNetworks(flags = 0, options?: CallOptions): Promise<readonly p.Network[]> {
      return (await rpc.call(p.connectListAllNetworks, { needResults: 1, flags }, options)).nets;
    },

    /** Throws LibvirtError VIR_ERR_NO_NETWORK. */
    async networkLookupByName(name: string, options?: CallOptions): Promise<p.Network> {
      return (await rpc.call(p.networkLookupByName, { name }, options)).net;
    },

    async networkGetXMLDesc(net: p.Network, flags = 0, options?: CallOptions): Promise<string> {
      return (await rpc.call(p.networkGetXMLDesc, { net, flags }, options)).xml;
    },

    async networkGetBridgeName(net: p.Network, options?: CallOptions): Promise<string> {
      return (await rpc.call(p.networkGetBridgeName, { net }, options)).name;
    },

    async networkIsActive(net: p.Network, options?: CallOptions): Promise<boolean> {
      return (await rpc.call(p.networkIsActive, { net }, options)).active !== 0;
    },

    /** flags: virConnectListAllStoragePoolsFlags. */
    async connectListAllStoragePools(flags = 0, options?: CallOptions): Promise<readonly p.StoragePool[]> {
      return (await rpc.call(p.connectListAllStoragePools, { needResults: 1, flags }, options)).pools;
    },

    /** Throws LibvirtError VIR_ERR_NO_STORAGE_POOL. */
    async storagePoolLookupByName(name: string, options?: CallOptions): Promise<p.StoragePool> {
      return (await rpc.call(p.storagePoolLookupByName, { name }, options)).pool;
    },

    async storagePoolRefresh(pool: p.StoragePool, flags = 0, options = refreshOptions): Promise<void> {
      await rpc.call(p.storagePoolRefresh, { pool, flags }, options);
    },

    async storagePoolGetInfo(pool: p.StoragePool, options?: CallOptions): Promise<StoragePoolInfo> {
      const info = await rpc.call(p.storagePoolGetInfo, { pool }, options);
      return {
        state: info.state,
        capacity: exactNumber(info.capacity, "capacity"),
        allocation: exactNumber(info.allocation, "allocation"),
        available: exactNumber(info.available, "available"),
      };
    },

    async storagePoolGetXMLDesc(pool: p.StoragePool, flags = 0, options?: CallOptions): Promise<string> {
      return (await rpc.call(p.storagePoolGetXMLDesc, { pool, flags }, options)).xml;
    },

    async storagePoolListAllVolumes(
      pool: p.StoragePool,
      flags = 0,
      options?: CallOptions,
    ): Promise<readonly p.StorageVol[]> {
      return (await rpc.call(p.storagePoolListAllVolumes, { pool, needResults: 1, flags }, options)).vols;
    },

    async connectListAllNWFilters(flags = 0, options?: CallOptions): Promise<readonly p.NWFilter[]> {
      return (await rpc.call(p.connectListAllNWFilters, { needResults: 1, flags }, options)).filters;
    },

    /** Throws LibvirtError VIR_ERR_NO_NWFILTER. */
    async nwfilterLookupByName(name: string, options?: CallOptions): Promise<p.NWFilter> {
      return (await rpc.call(p.nwfilterLookupByName, { name }, options)).nwfilter;
    },

    async nwfilterLookupByUUID(uuid: string, options?: CallOptions): Promise<p.NWFilter> {
      return (await rpc.call(p.nwfilterLookupByUUID, { uuid }, options)).nwfilter;
    },

    /** Running domains that use the filter get the new rules at once. */
    async nwfilterDefineXML(xml: string, options?: CallOptions): Promise<p.NWFilter> {
      return (await rpc.call(p.nwfilterDefineXML, { xml }, options)).nwfilter;
    },

    /** VIR_ERR_OPERATION_INVALID while it is in use. */
    async nwfilterUndefine(nwfilter: p.NWFilter, options?: CallOptions): Promise<void> {
      await rpc.call(p.nwfilterUndefine, { nwfilter }, options);
    },

    async nwfilterGetXMLDesc(nwfilter: p.NWFilter, flags = 0, options?: CallOptions): Promise<string> {
      return (await rpc.call(p.nwfilterGetXMLDesc, { nwfilter, flags }, options)).xml;
    },

    /** flags: virConnectListAllNodeDeviceFlags. */
    async connectListAllNodeDevices(flags = 0, options?: CallOptions): Promise<readonly p.NodeDevice[]> {
      return (await rpc.call(p.connectListAllNodeDevices, { needResults: 1, flags }, options)).devices;
    },

    /** Throws LibvirtError VIR_ERR_NO_NODE_DEVICE. */
    async nodeDeviceLookupByName(name: string, options?: CallOptions): Promise<p.NodeDevice> {
      return (await rpc.call(p.nodeDeviceLookupByName, { name }, options)).dev;
    },

    async nodeDeviceGetXMLDesc(name: string, flags = 0, options?: CallOptions): Promise<string> {
      return (await rpc.call(p.nodeDeviceGetXMLDesc, { name, flags }, options)).xml;
    },

    /** flags: virConnectListAllSecretsFlags. */
    async connectListAllSecrets(flags = 0, options?: CallOptions): Promise<readonly p.Secret[]> {
      return (await rpc.call(p.connectListAllSecrets, { needResults: 1, flags }, options)).secrets;
    },

    /** Throws LibvirtError VIR_ERR_NO_SECRET. */
    async secretLookupByUUID(uuid: string, options?: CallOptions): Promise<p.Secret> {
      return (await rpc.call(p.secretLookupByUUID, { uuid }, options)).secret;
    },

    /** usageType: virSecretUsageType. Throws LibvirtError VIR_ERR_NO_SECRET. */
    async secretLookupByUsage(usageType: number, usageID: string, options?: CallOptions): Promise<p.Secret> {
      return (await rpc.call(p.secretLookupByUsage, { usageType, usageID }, options)).secret;
    },

    async secretDefineXML(xml: string, flags = 0, options?: CallOptions): Promise<p.Secret> {
      return (await rpc.call(p.secretDefineXML, { xml, flags }, options)).secret;
    },

    /** At most 64 KiB. */
    async secretSetValue(
      secret: p.Secret,
      value: Uint8Array,
      flags = 0,
      options?: CallOptions,
    ): Promise<void> {
      await rpc.call(p.secretSetValue, { secret, value, flags }, options);
    },

    async secretUndefine(secret: p.Secret, options?: CallOptions): Promise<void> {
      await rpc.call(p.secretUndefine, { secret }, options);
    },
  };
}
