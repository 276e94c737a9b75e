// Names of what the network service makes on the host. Clouds on one machine have slots; slot 0 has the classic names.

export interface HostNames {
  /** nova-network's bridge. */
  flatBridge: string;
  /** The bridge floating addresses are on. */
  publicBridge: string;
  /** Our nftables tables, one per family. */
  table: string;
  /** Behind every other name of ours that could meet another cloud's. */
  suffix: string;
  fixedRange: string;
  floatingRange: string;
}

/** @param slot 0 to 99 */
export function hostNames(slot: number): HostNames {
  const suffix = slot === 0 ? "" : `-${slot}`;
  return {
    flatBridge: slot === 0 ? "br100" : `br100-${slot}`,
    publicBridge: slot === 0 ? "br-ex" : `br-ex-${slot}`,
    table: slot === 0 ? "stack" : `stack-${slot}`,
    suffix,
    fixedRange: `10.0.${slot}.0/24`,
    floatingRange: `172.24.${4 + slot}.0/24`,
  };
}
