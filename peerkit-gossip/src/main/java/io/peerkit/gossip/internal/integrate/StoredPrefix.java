// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.integrate;

import io.peerkit.api.storage.EntryKey;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * How far a source's entries are stored without a gap: those of different authors do not wait for each other, so they are not
 * stored in the order in which they came. As large as what the integrator has taken and not stored. For one thread.
 */
public final class StoredPrefix {
    private final Deque<EntryKey> taken = new ArrayDeque<>();
    private final Set<EntryKey> ahead = new HashSet<>();
    private Optional<EntryKey> last = Optional.empty();

    /** An entry was taken. */
    public void taken(EntryKey key) {
        taken.add(key);
    }

    /** An entry is stored. One that was taken and is never stored ends the prefix before it. */
    public void stored(EntryKey key) {
        if (!key.equals(taken.peek())) {
            ahead.add(key);
            return;
        }
        taken.remove();
        last = Optional.of(key);
        while (!taken.isEmpty() && ahead.remove(taken.element())) {
            last = Optional.of(taken.remove());
        }
    }

    /** The last entry before the first gap. */
    public Optional<EntryKey> last() {
        return last;
    }
}
