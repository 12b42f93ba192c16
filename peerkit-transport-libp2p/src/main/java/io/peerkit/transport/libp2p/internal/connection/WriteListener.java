// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import io.peerkit.api.PeerkitException;

/** Hears what became of one write; one of the two, once. Called on the event loop of the connection. */
public interface WriteListener {
    /** For those who need not know, because the stream's driver hears of trouble anyhow. */
    WriteListener NONE = new WriteListener() {
        @Override
        public void written() {
            // Nobody waits.
        }

        @Override
        public void failed(PeerkitException cause) {
            // The driver hears it.
        }
    };

    /** All bytes have left for the wire. */
    void written();

    /**
     * Not all bytes have left, and they never will.
     *
     * @param cause what to tell who waits
     */
    void failed(PeerkitException cause);
}
