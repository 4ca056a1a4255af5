import { memoryStores } from "@latchkey/core/memory";

export async function openStores() {
  return { stores: memoryStores(), closeStores: async () => undefined };
}
