// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.storage;

import java.nio.file.Path;
import java.util.Optional;

/** Settings of a store, ready to open it. */
public interface StorageFactory {
    /**
     * Opens the store. May take a while and block: call it from a thread that may.
     *
     * @return the open store
     * @throws io.peerkit.api.StorageException when it cannot be opened: locked by another process, damaged, of a newer
     *     version, or not writable
     */
    Storage open();

    /**
     * Where the node's keys rest unless the application says otherwise.
     *
     * @return a file beside the store, or nothing when it has no place on this machine
     */
    Optional<Path> keyFile();

    /**
     * Whether what the store keeps is encrypted. The node's keys are no part of a store: a node does not put them in the clear beside one
     * that is.
     *
     * @return false unless the store says otherwise; a factory that stands in front of another passes on what that says
     */
    default boolean isSealed() {
        return false;
    }
}
