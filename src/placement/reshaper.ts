// Moves inventories and allocations between providers at once: a class of inventory goes from a parent to a child
// together with what is held of it. Authority: placement/objects/reshaper.py of Zed.
//
// First every provider has the old and the new inventories, then the allocations are replaced, then the inventories
// become the new ones; all in one transaction.

import type { Allocations, Claim } from "./allocations.ts";
import type { Provider, ProviderIndex } from "./provider-index.ts";
import type { Providers } from "./providers.ts";
import type { Inventory } from "./public.ts";

export interface Reshaping {
  provider: Provider;
  inventories: ReadonlyMap<string, Inventory>;
}

/** @throws what `Providers.setInventories` and `Allocations.replace` throw; nothing has changed then */
export function reshape(
  parts: { providers: Providers; allocations: Allocations; index: ProviderIndex },
  reshapings: readonly Reshaping[],
  claims: readonly Claim[],
): void {
  const { providers, allocations, index } = parts;
  const { classes } = index.current();
  index.together(() => {
    for (const { provider, inventories } of reshapings) {
      if (inventories.size === 0) continue;
      const interim = new Map<string, Inventory>();
      for (const [id, stock] of provider.inventories) interim.set(classes.name(id), stock);
      for (const [name, inventory] of inventories) interim.set(name, inventory);
      providers.setInventories(provider, interim);
    }
    allocations.replace(claims);
    for (const { provider, inventories } of reshapings) providers.setInventories(provider, inventories);
  });
}
