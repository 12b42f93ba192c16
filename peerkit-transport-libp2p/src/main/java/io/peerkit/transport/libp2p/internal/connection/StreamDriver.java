// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import io.peerkit.api.PeerkitException;

/** Acts on what happens to one stream. Called on the event loop of the connection. */
public interface StreamDriver {
    /**
     * There is something to read, or the peer has closed its direction. Called again when more comes after everything
     * was read.
     *
     * @throws PeerkitException to reset the stream; {@link #broken} follows
     */
    void readable();

    /**
     * The stream has ended at once; what was queued is gone. Called once, and nothing after it. Not called when this
     * side has reset the stream.
     *
     * @param cause what to tell who waits
     */
    void broken(PeerkitException cause);
}
