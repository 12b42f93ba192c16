// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.session;

/** Hears what a live query sees. */
public interface LiveListener {
    /** The query runs, on a new connection: what changed before was not seen. */
    void watching();

    /**
     * A record changed.
     *
     * @param action {@code CREATE}, {@code UPDATE} or {@code DELETE}
     * @param result what the query selects
     */
    void changed(String action, Object result);
}
