// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.PeerkitException;
import io.peerkit.api.StorageException;
import io.peerkit.storage.surreal.internal.rpc.QueryFailedException;
import java.util.concurrent.CompletionException;

/** Says in the words of the store what went wrong. */
final class StoreFailure {
    private StoreFailure() {}

    static PeerkitException of(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof QueryFailedException refused) {
            return refused.error().isThrown(WriteStatements.LOST)
                    ? new StorageException(Lease.LOST_MESSAGE)
                    : new StorageException("the server refused: "
                            + refused.error().kind() + " " + refused.error().message());
        }
        if (cause instanceof InvalidBytesException) {
            return new StorageException("the server answered what cannot be read: " + cause.getMessage(), cause);
        }
        if (cause instanceof PeerkitException known) {
            return known;
        }
        return new StorageException("the store failed: " + cause, cause);
    }
}
