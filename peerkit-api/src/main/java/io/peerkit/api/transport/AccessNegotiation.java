// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.transport;

import io.peerkit.api.AgentId;
import io.peerkit.api.NodeId;
import java.util.Optional;

/**
 * Decides one access handshake; the transport carries its frames and enforces its verdict.
 *
 * <p>A state machine without IO: not safe for concurrent use, owned by the connection that runs it. After
 * {@link Granted} or {@link Denied} it must not be told anything more.
 */
public interface AccessNegotiation {
    /** The longest frame of the handshake in bytes. */
    int MAX_FRAME_BYTES = 16_384;

    /**
     * Begins. The dialing side gets its first frame, the listening side waits.
     *
     * @return what to do
     */
    Step start();

    /**
     * Takes a frame from the peer.
     *
     * @param frame the frame without its length, at most {@link #MAX_FRAME_BYTES} long
     * @return what to do; malformed bytes are {@link Denied}, never an exception
     */
    Step received(byte[] frame);

    /** What the transport does next. */
    sealed interface Step permits Continue, Granted, Denied {}

    /**
     * Sends the frame, if there is one, and waits for the peer's next.
     *
     * @param frame to send; not copied
     */
    record Continue(Optional<byte[]> frame) implements Step {}

    /**
     * Sends the frame, if there is one, and opens the connection to all protocols.
     *
     * @param frame to send first; not copied
     * @param grant who the peer is
     */
    record Granted(Optional<byte[]> frame, AccessGrant grant) implements Step {}

    /**
     * Sends the frame, if there is one, and closes the connection. The transport lets this node in no more while it
     * lives, unless the denial is not lasting: then the next connection is checked again.
     *
     * @param frame to send first; not copied
     * @param agentId who the peer claims to be, where it got that far; not proven
     * @param reason a stable kebab-case code, for logs and events
     * @param lasting false when an application blocked the agent, which it may take back
     */
    record Denied(Optional<byte[]> frame, Optional<AgentId> agentId, String reason, boolean lasting) implements Step {
        /**
         * A lasting denial.
         *
         * @param frame to send first; not copied
         * @param agentId who the peer claims to be
         * @param reason a stable kebab-case code
         */
        public Denied(Optional<byte[]> frame, Optional<AgentId> agentId, String reason) {
            this(frame, agentId, reason, true);
        }
    }

    /** Makes a negotiation for each connection. Safe for use by any thread. */
    interface Factory {
        /**
         * For a connection that this node opened.
         *
         * @param self this node, as the peer has authenticated it
         * @param peer the peer, as the secure channel authenticated it
         * @return a new negotiation
         */
        AccessNegotiation dialing(NodeId self, NodeId peer);

        /**
         * For a connection that the peer opened.
         *
         * @param self this node, as the peer has authenticated it
         * @param peer the peer, as the secure channel authenticated it
         * @return a new negotiation
         */
        AccessNegotiation listening(NodeId self, NodeId peer);
    }
}
