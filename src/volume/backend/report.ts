// What a back end says of itself: to the scheduler through the database, and to whoever asks for its capabilities. Authority:
// cinder/volume/drivers/lvm.py (_update_volume_stats) and cinder/volume/manager.py (_get_my_resources) of Zed.

import { volumeBackendSection } from "../config.ts";
import type { PoolReport } from "../scheduler/pools.ts";
import type { Backend } from "./backend.ts";

export async function reportPool(backend: Backend): Promise<void> {
  const { cinder } = backend;
  cinder.services.store.report(backend.host, await poolReport(backend));
}

async function poolReport(backend: Backend): Promise<PoolReport> {
  const stats = await backend.driver.stats();
  const { cinder, name } = backend;
  const settings = cinder.context.config(volumeBackendSection);
  const allocated = cinder.store.volumes.allocated().get(backend.pool);
  const ratio = settings.CINDER_MAX_OVER_SUBSCRIPTION_RATIO;
  return {
    pool_name: name,
    volume_backend_name: name,
    vendor_name: stats.vendorName,
    driver_version: stats.driverVersion,
    storage_protocol: backend.exports ? "iSCSI" : stats.storageProtocol,
    total_capacity_gb: stats.totalCapacityGb,
    free_capacity_gb: stats.freeCapacityGb,
    allocated_capacity_gb: allocated?.sizeGb ?? 0,
    provisioned_capacity_gb: allocated?.sizeGb ?? 0,
    reserved_percentage: settings.CINDER_RESERVED_PERCENTAGE,
    max_over_subscription_ratio: ratio,
    thin_provisioning_support: stats.thinProvisioning,
    thick_provisioning_support: stats.thickProvisioning,
    multiattach: stats.multiattach,
    online_extend_support: stats.onlineExtend,
    QoS_support: false,
    total_volumes: allocated?.count ?? 0,
    filter_function: null,
    goodness_function: null,
    location_info: `${backend.driver.name}:${cinder.context.machine.hostName}:${name}`,
    backend_state: "up",
    replication_enabled: false,
  };
}

/** What its driver can be told beyond the standard (GET /capabilities/HOST). */
export async function capabilities(backend: Backend): Promise<Record<string, unknown>> {
  const stats = await backend.driver.stats();
  const property = (title: string, description: string) => ({ title, description, type: "boolean" });
  return {
    vendor_name: stats.vendorName,
    volume_backend_name: backend.name,
    pool_name: null,
    driver_version: stats.driverVersion,
    storage_protocol: backend.exports ? "iSCSI" : stats.storageProtocol,
    display_name: null,
    description: null,
    visibility: null,
    replication_targets: [],
    properties: {
      thin_provisioning: property("Thin Provisioning", "Sets thin provisioning."),
      compression: property("Compression", "Enables compression."),
      qos: property("QoS", "Enables QoS."),
      replication_enabled: property("Replication", "Enables replication."),
    },
  };
}
