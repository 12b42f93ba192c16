// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.storage;

import io.peerkit.api.storage.StorageFactory;

/** Finds a store in a process of its own, for {@link CrashContract}. Needs a constructor without arguments, both public. */
@FunctionalInterface
public interface StoreOpener {
    /**
     * Names the store.
     *
     * @param place what {@link CrashContract#place} said in the process of the test
     * @return the store, ready to be opened
     */
    StorageFactory at(String place);
}
