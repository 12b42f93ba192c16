// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.storage;

import io.peerkit.api.PeerkitException;
import io.peerkit.api.StorageException;
import java.util.concurrent.CompletionException;

/** Tells whether a store that was opened as it is has values that are sealed. A store that unseals them hides its own markers. */
public final class SealedMarkers {
    private SealedMarkers() {}

    /**
     * Refuses a store that cannot be used without its key. Blocks: call it from a thread that may, which is no thread of the
     * store.
     *
     * @param storage open; not closed here
     * @throws StorageException when its values, or some of them, are sealed; the message says what to do. Also when it cannot be
     *     read
     */
    public static void requireNone(Storage storage) {
        if (has(storage, Storage.HALF_SEALED_MARKER)) {
            throw new StorageException("the store is half sealed: sealing or unsealing it was interrupted;"
                    + " SealedStorage.seal or unseal with its key goes on where that was");
        }
        if (has(storage, Storage.SEALED_MARKER)) {
            throw new StorageException("the store is sealed; open it by SealedStorage with its key");
        }
    }

    private static boolean has(Storage storage, String marker) {
        try {
            return storage.metadata(marker).join().isPresent();
        } catch (CompletionException e) {
            if (e.getCause() instanceof PeerkitException known) {
                throw known;
            }
            throw e;
        }
    }
}
