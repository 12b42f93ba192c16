// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

import io.peerkit.api.ClosedException;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.LimitExceededException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The streams that exist, how many there may be, and the ids that were used. */
final class StreamTable {
    private static final long MAX_STREAM_ID = 0xFFFF_FFFFL;

    private final YamuxRole role;
    private final YamuxLimits limits;
    private final Map<Integer, YamuxStream> streams = new LinkedHashMap<>();
    private final PeerStreamIds peerIds = new PeerStreamIds();
    private long nextId;
    private int outbound;
    private int unacknowledged;

    StreamTable(YamuxRole role, YamuxLimits limits) {
        this.role = role;
        this.limits = limits;
        nextId = role.firstStreamId();
    }

    @Nullable
    YamuxStream get(int streamId) {
        return streams.get(streamId);
    }

    /** The id for the next stream of this side. */
    int nextOutboundId() {
        if (nextId > MAX_STREAM_ID) {
            throw new ClosedException("yamux stream id " + nextId + ", at most " + MAX_STREAM_ID);
        }
        requireBelow("outbound streams", outbound, limits.maxOutboundStreams());
        requireBelow("unacknowledged streams", unacknowledged, limits.maxUnacknowledgedStreams());
        int id = (int) nextId;
        nextId += 2;
        return id;
    }

    private static void requireBelow(String name, int count, int max) {
        if (count >= max) {
            throw new LimitExceededException("yamux " + name + " " + (count + 1) + ", at most " + max);
        }
    }

    /** Checks the id with which the peer opens a stream, and takes it as used. */
    void useInboundId(int streamId) {
        if (role.owns(streamId)) {
            throw new InvalidBytesException("yamux stream " + Integer.toUnsignedString(streamId)
                    + " opened by the peer, whose ids are " + (role == YamuxRole.DIALER ? "even" : "odd"));
        }
        if (!peerIds.use(streamId)) {
            throw new InvalidBytesException("yamux stream " + Integer.toUnsignedString(streamId)
                    + " opened by the peer a second time, or more than " + PeerStreamIds.REORDER_WINDOW
                    + " streams late");
        }
    }

    boolean isInboundFull() {
        return streams.size() - outbound >= limits.maxInboundStreams();
    }

    void add(YamuxStream stream) {
        streams.put(stream.id(), stream);
        if (stream.isOutbound()) {
            outbound++;
            unacknowledged++;
        }
    }

    /** Notes that the peer accepted a stream of ours. */
    void acknowledged() {
        unacknowledged--;
    }

    void remove(YamuxStream stream) {
        if (streams.remove(stream.id()) != null && stream.isOutbound()) {
            outbound--;
            if (!stream.isAccepted()) {
                unacknowledged--;
            }
        }
    }

    Optional<YamuxStream> fullest() {
        return streams.values().stream().max(Comparator.comparingInt(YamuxStream::readableBytes));
    }

    List<YamuxStream> all() {
        return List.copyOf(streams.values());
    }

    int size() {
        return streams.size();
    }
}
