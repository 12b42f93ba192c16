// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent.internal.access;

import io.peerkit.agent.internal.access.AccessFrame.Deny;
import io.peerkit.api.AgentId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.transport.AccessGrant;
import io.peerkit.api.transport.AccessNegotiation;
import java.util.Optional;
import java.util.Set;

/** What both sides of a handshake have in common: reading frames, and ending once and for all. */
abstract sealed class Negotiation implements AccessNegotiation permits DialingNegotiation, ListeningNegotiation {
    private Optional<AgentId> claimed = Optional.empty();
    private boolean ended;

    @Override
    public final Step received(byte[] bytes) {
        AccessFrame frame;
        try {
            frame = AccessFrameCodec.decode(bytes);
        } catch (InvalidBytesException e) {
            return deny(DenyReason.MALFORMED);
        }
        if (frame instanceof Deny deny) {
            ended = true;
            return new Denied(
                    Optional.empty(),
                    claimed,
                    DenyReason.refusedByPeer(deny.reason()),
                    DenyReason.isLasting(deny.reason()));
        }
        return ended ? deny(DenyReason.OUT_OF_ORDER) : received(frame, bytes);
    }

    /** Takes any frame but a Deny. */
    abstract Step received(AccessFrame frame, byte[] bytes);

    final void claims(AgentId agent) {
        claimed = Optional.of(agent);
    }

    final Step reply(byte[] frame) {
        return new Continue(Optional.of(frame));
    }

    final Step grant(Optional<byte[]> frame, AgentId agent, Set<String> capabilities) {
        ended = true;
        return new Granted(frame, new AccessGrant(agent, capabilities));
    }

    /** Tells the peer why it is turned away, whatever the stage: it may be the one that believes it is let in. */
    final Step deny(String reason) {
        Optional<byte[]> frame = ended ? Optional.empty() : Optional.of(AccessFrameCodec.encode(new Deny(reason)));
        ended = true;
        return new Denied(frame, claimed, reason, DenyReason.isLasting(reason));
    }
}
