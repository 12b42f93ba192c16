// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed.internal;

import io.peerkit.api.storage.Storage;
import java.util.Set;

/** The names of what a sealed store keeps for itself in the store below; all others there have 64 hexadecimal digits. */
final class OwnMetadata {
    /** How far a {@link Rotation} is. */
    static final String ROTATION = "sealed-rotation";

    static final Set<String> NAMES = Set.of(Storage.SEALED_MARKER, Storage.HALF_SEALED_MARKER, ROTATION);

    private OwnMetadata() {}
}
