// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.locate;

import java.util.Optional;

/** What travels on a locate stream: one question, one answer. */
public sealed interface LocateFrame {
    /**
     * The opener looks for something.
     *
     * @param wanted what
     */
    record Find(Wanted wanted) implements LocateFrame {}

    /**
     * It is here. Whether that is true is for the receiver to check.
     *
     * @param envelope of an entry that carries it; absent where the application keeps the blob and the store does not know whose it is
     * @param blob the blob, or the manifest of a large one; not copied, never change it
     */
    record Found(Optional<byte[]> envelope, byte[] blob) implements LocateFrame {}

    /** It is not here, or not all of it. */
    record Absent() implements LocateFrame {}

    /** The opener asks too often, or too many ask. */
    record Busy() implements LocateFrame {}
}
