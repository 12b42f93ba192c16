// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.integrate;

import io.peerkit.api.AgentId;
import io.peerkit.api.EntryId;
import io.peerkit.api.NodeId;
import io.peerkit.api.storage.EntryKey;

/** Whence entries come. Called on the node loop. */
public interface EntrySource {
    /** The agent that sent them, which need not be the author. */
    AgentId agent();

    /** The agent's node. */
    NodeId node();

    /** An entry is {@link Receipt#TAKEN}; told before {@link Integrator#receive} returns. */
    default void taken(EntryKey key) {}

    /** An entry is {@link Receipt#HELD}; told before {@link Integrator#receive} returns. */
    default void held(EntryKey key) {}

    /** An entry is here, or on its way already; told before {@link Integrator#receive} returns. */
    default void known(EntryId id) {}

    /** An entry that was {@link Receipt#TAKEN} is stored; those of different authors in any order. */
    void stored(EntryKey key);

    /** An entry that was {@link Receipt#TAKEN} is not stored: the application's hook failed on it. */
    void dropped(EntryKey key);

    /** An entry that was {@link Receipt#TAKEN} is not stored: the store failed. */
    void storageFailed(EntryKey key, Throwable reason);
}
