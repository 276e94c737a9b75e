// Giving addresses to ports. Authority: neutron/db/ipam_backend_mixin.py, ipam_pluggable_backend.py, and for the order
// in which addresses are given the course's clients, which show the lowest free one.

import { InvalidInput } from "../errors/common.ts";
import {
  AllocationOnAutoAddressSubnet,
  InvalidIpForNetwork,
  InvalidIpForSubnet,
  IpAddressAlreadyAllocated,
  IpAddressGenerationFailure,
  IpAddressGenerationFailureNoMatchingSubnet,
} from "../errors/ports.ts";
import { SubnetNotFound } from "../errors/subnets.ts";
import { contains, eui64, formatAddress, parseAddress, parseCidr } from "../ip.ts";
import type { PortAddress } from "../store/addresses.ts";
import type { NetworkRow, PortRow, SubnetRow } from "../tables.ts";
import { type Base, COMPUTE_OWNER, OWNER } from "./base.ts";

/** What a caller asks for: an address, a subnet, or both. */
export interface WantedAddress {
  subnet_id?: string;
  ip_address?: string;
}

const ROUTER_OWNERS: readonly string[] = [OWNER.routerInterface, OWNER.routerGateway];

/** A subnet whose guests make their own addresses from the prefix (neutron/common/ipv6_utils.py). */
export function isAutoAddress(subnet: Pick<SubnetRow, "ipv6_address_mode" | "ipv6_ra_mode">): boolean {
  const auto = (mode: string | null) => mode === "slaac" || mode === "dhcpv6-stateless";
  return auto(subnet.ipv6_address_mode) || auto(subnet.ipv6_ra_mode);
}

export class Addresses {
  #base: Base;

  constructor(base: Base) {
    this.#base = base;
  }

  /**
   * Gives a new port what it asks for, or one address of each kind its network offers.
   * @param wanted undefined: whatever there is; empty: none
   */
  allocate(network: NetworkRow, port: PortRow, wanted: readonly WantedAddress[] | undefined): void {
    const subnets = this.#candidates(network, port.device_owner, wanted !== undefined);
    const auto = subnets.filter((subnet) => subnet.ip_version === 6 && isAutoAddress(subnet));
    if (wanted !== undefined) {
      this.#takeWanted(network, port, wanted, subnets);
    } else {
      this.#takeAny(
        network,
        port,
        subnets.filter((subnet) => subnet.ip_version === 4),
      );
      const stateful = subnets.filter((subnet) => subnet.ip_version === 6 && !isAutoAddress(subnet));
      this.#takeAny(network, port, stateful);
    }
    this.#takeAuto(network, port, auto);
  }

  /** Changes a port's addresses to those wanted; those it has and keeps are not touched. */
  change(network: NetworkRow, port: PortRow, wanted: readonly WantedAddress[]): void {
    const { store } = this.#base;
    const held = store.addresses.ofPort(port.id);
    const subnets = store.subnets.match({ network_id: network.uuid });
    const byId = new Map(subnets.map((subnet) => [subnet.id, subnet]));
    const left = new Set(held);
    const add: WantedAddress[] = [];
    for (const want of wanted) {
      const same = [...left].find((address) =>
        want.ip_address === undefined
          ? address.subnet_id === want.subnet_id && !wanted.some((w) => w.ip_address === address.address)
          : address.address === want.ip_address,
      );
      if (same) left.delete(same);
      else add.push(want);
    }
    for (const address of left) {
      const subnet = byId.get(address.subnet_id);
      // A guest keeps the addresses it makes itself, whatever the list says.
      if (subnet && isAutoAddress(subnet) && !ROUTER_OWNERS.includes(port.device_owner)) continue;
      this.release(address);
    }
    this.#takeWanted(network, port, add, subnets);
    if (wanted.length > 0 || held.length > 0) this.#takeAuto(network, port, subnets.filter(isAutoAddress));
  }

  /** The MAC has changed, and with it the addresses the guest makes itself. */
  remake(network: NetworkRow, port: PortRow): void {
    const auto = this.#base.store.subnets.match({ network_id: network.uuid }).filter(isAutoAddress);
    const ids = new Set(auto.map((subnet) => subnet.id));
    for (const address of this.#base.store.addresses.ofPort(port.id)) {
      if (ids.has(address.subnet_id)) this.release(address);
    }
    this.#takeAuto(network, port, auto);
  }

  /** A subnet that guests make addresses from has come: every port of the network gets one. */
  addAutoSubnet(network: NetworkRow, subnet: SubnetRow): void {
    for (const port of this.#base.store.ports.match({ network_id: network.uuid })) {
      this.#takeAuto(network, port, [subnet]);
    }
  }

  /** Gives back all addresses of a port; floating addresses on them are left alone in the pool of their project. */
  releaseAll(portId: string): void {
    for (const address of this.#base.store.addresses.ofPort(portId)) this.release(address);
  }

  release(address: Pick<PortAddress, "id" | "address" | "subnet_id">): void {
    const { store } = this.#base;
    const subnet = store.subnets.get(address.subnet_id);
    const network = subnet && store.networks.get(subnet.network_id);
    const cidr = subnet && parseCidr(subnet.cidr);
    const position = cidr && Number(parseAddress(address.address)!.value - cidr.first);
    const keep = network?.kind !== "neutron" && network?.cidr === subnet?.cidr;
    store.addresses.release(address.id, keep, store.now());
    store.floating.takeOff(address.id);
    if (subnet && typeof position === "number" && position < subnet.lowest_free) {
      store.addresses.noteLowest(subnet.id, position);
    }
  }

  /** Whether an address may be given out on a subnet at all (neutron/ipam/utils.py, check_subnet_ip). */
  fits(subnet: SubnetRow, text: string, deviceOwner: string): boolean {
    const cidr = parseCidr(subnet.cidr)!;
    const address = parseAddress(text);
    if (!address || !contains(cidr, address)) return false;
    if (cidr.version === 6)
      return address.value !== cidr.first || ["", ...ROUTER_OWNERS].includes(deviceOwner);
    return address.value !== cidr.first && address.value !== cidr.last;
  }

  #candidates(network: NetworkRow, deviceOwner: string, configured: boolean): SubnetRow[] {
    const all = this.#base.store.subnets.match({ network_id: network.uuid });
    if (configured || all.length === 0) return all;
    const generic = deviceOwner.startsWith(COMPUTE_OWNER) ? "compute:nova" : deviceOwner;
    const serving = all.filter(
      ({ service_types: types }) =>
        types.length === 0 || types.includes(deviceOwner) || types.includes(generic),
    );
    if (serving.length === 0) {
      throw new IpAddressGenerationFailureNoMatchingSubnet(network.uuid, deviceOwner);
    }
    // Subnets made for this kind of port come first.
    return serving.sort(
      (a, b) => Number(a.service_types.length === 0) - Number(b.service_types.length === 0),
    );
  }

  #takeWanted(
    network: NetworkRow,
    port: PortRow,
    wanted: readonly WantedAddress[],
    subnets: readonly SubnetRow[],
  ): void {
    const router = ROUTER_OWNERS.includes(port.device_owner);
    const plan = wanted.map((want) => ({ want, subnet: this.#subnetFor(network, port, want, subnets) }));
    // Chosen addresses first, so that a free choice does not take one of them.
    for (const { want, subnet } of plan) {
      if (want.ip_address === undefined) continue;
      if (isAutoAddress(subnet) && !router)
        throw new AllocationOnAutoAddressSubnet(want.ip_address, subnet.id);
      this.#takeOne(network, port, subnet, want.ip_address);
    }
    for (const { want, subnet } of plan) {
      if (want.ip_address !== undefined) continue;
      if (router || !isAutoAddress(subnet)) this.#takeAny(network, port, [subnet]);
    }
  }

  #subnetFor(
    network: NetworkRow,
    port: PortRow,
    want: WantedAddress,
    subnets: readonly SubnetRow[],
  ): SubnetRow {
    if (subnets.length === 0) throw new InvalidInput("IP allocation requires subnets for network");
    const address = want.ip_address;
    if (want.subnet_id !== undefined) {
      const subnet = subnets.find(({ id }) => id === want.subnet_id);
      if (!subnet) {
        if (!this.#base.store.subnets.get(want.subnet_id)) throw new SubnetNotFound(want.subnet_id);
        throw new InvalidInput(
          `Failed to create port on network ${network.uuid}, because fixed_ips included invalid subnet ${want.subnet_id}`,
        );
      }
      if (address !== undefined && !this.fits(subnet, address, port.device_owner)) {
        throw new InvalidIpForSubnet(address);
      }
      return subnet;
    }
    if (address === undefined) throw new InvalidInput("IP allocation requires subnet_id or ip_address");
    const subnet = subnets.find((candidate) => this.fits(candidate, address, port.device_owner));
    if (!subnet) throw new InvalidIpForNetwork(address);
    return subnet;
  }

  /** One address of the first subnet that has one. */
  #takeAny(network: NetworkRow, port: PortRow, subnets: readonly SubnetRow[]): void {
    if (subnets.length === 0) return;
    for (const subnet of subnets) {
      const address = this.#findFree(subnet, port.device_owner === OWNER.dhcp);
      if (address === null) continue;
      this.#takeOne(network, port, subnet, address);
      return;
    }
    throw new IpAddressGenerationFailure(network.uuid);
  }

  /** The lowest free address in the subnet's pools; for the DHCP server the highest, so that guests start at the start. */
  #findFree(subnet: SubnetRow, fromTop: boolean): string | null {
    const { store } = this.#base;
    const cidr = parseCidr(subnet.cidr)!;
    const pools = subnet.allocation_pools
      .map(({ start, end }) => ({
        first: Number(parseAddress(start)!.value - cidr.first),
        last: Number(parseAddress(end)!.value - cidr.first),
      }))
      .filter(({ first }) => Number.isSafeInteger(first))
      .map(({ first, last }) => ({ first, last: Math.min(last, Number.MAX_SAFE_INTEGER) }))
      .sort((a, b) => (fromTop ? b.first - a.first : a.first - b.first));
    for (const pool of pools) {
      const free = fromTop
        ? store.addresses.highestFree(subnet.id, pool.first, Math.min(pool.last, pool.first + 0xffff_ffff))
        : store.addresses.lowestFree(subnet.id, Math.max(pool.first, subnet.lowest_free), pool.last);
      if (free === null) continue;
      if (!fromTop) store.addresses.noteLowest(subnet.id, free);
      return formatAddress(cidr.version, cidr.first + BigInt(free));
    }
    return null;
  }

  #takeAuto(network: NetworkRow, port: PortRow, subnets: readonly SubnetRow[]): void {
    if (subnets.length === 0 || ROUTER_OWNERS.includes(port.device_owner)) return;
    const has = new Set(this.#base.store.addresses.ofPort(port.id).map((address) => address.subnet_id));
    for (const subnet of subnets) {
      if (has.has(subnet.id)) continue;
      this.#takeOne(network, port, subnet, eui64(parseCidr(subnet.cidr)!, port.mac_address));
    }
  }

  #takeOne(network: NetworkRow, port: PortRow, subnet: SubnetRow, text: string): void {
    const { store } = this.#base;
    const cidr = parseCidr(subnet.cidr)!;
    const { version, value } = parseAddress(text)!;
    const position = Number(value - cidr.first);
    const compute = port.device_owner.startsWith(COMPUTE_OWNER);
    const taken = store.addresses.take(
      {
        address: formatAddress(version, value),
        position: Number.isSafeInteger(position) ? position : null,
        networkId: network.id,
        subnetId: subnet.id,
        portId: port.id,
        vifId: compute ? port.vif_id : null,
        instanceUuid: compute ? port.device_id : null,
        host: compute && network.multi_host ? port.binding_host_id : null,
        now: store.now(),
      },
      ROUTER_OWNERS.includes(port.device_owner),
    );
    if (!taken) throw new IpAddressAlreadyAllocated(text, subnet.id);
  }
}
