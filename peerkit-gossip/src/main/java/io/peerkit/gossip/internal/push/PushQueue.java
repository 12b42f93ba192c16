// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.push;

import io.peerkit.api.EntryId;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.gossip.internal.entry.EntryKeys;
import io.peerkit.gossip.internal.entry.WireEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * What waits to be pushed to one peer, and in which frames it goes.
 *
 * <p>Questions go first, then entries, then announcements. A peer that does not keep up gets announcements instead of
 * entries; when even these become too many they are dropped and the peer is dirty: a sync session repairs it.
 */
public final class PushQueue {
    /** Above this many bytes, waiting here or unsent in the stream, new entries are only announced. */
    public static final int MAX_PAYLOAD_BYTES = 1_048_576;

    /** The most announcements that wait. */
    public static final int MAX_ANNOUNCEMENTS = 16_384;

    /** The most ids that wait to be asked for, and the most that the peer may have asked for. */
    public static final int MAX_WANTS = 16_384;

    /** Entries are put together up to this many bytes a frame; a larger one goes alone. */
    public static final int FRAME_BYTES = 65_536;

    /** What the peer asked for is read from the store when less than this waits. */
    private static final int SERVE_BELOW_BYTES = 262_144;

    private final Deque<WireEntry> payloads = new ArrayDeque<>();
    private final Deque<EntryKey> announcements = new ArrayDeque<>();
    private final Deque<EntryId> questions = new ArrayDeque<>();
    private final Deque<EntryId> asked = new ArrayDeque<>();
    private long payloadBytes;
    private long dropped;
    private boolean dirty;
    private boolean fetching;

    /** Takes a new entry, whole if the peer keeps up, otherwise as an announcement. */
    public void entry(EntryKey key, WireEntry entry, long unsentBytes) {
        long waiting = payloadBytes + unsentBytes;
        if (waiting == 0 || waiting + entry.bytes() <= MAX_PAYLOAD_BYTES) {
            payloads.add(entry);
            payloadBytes += entry.bytes();
        } else {
            announce(key);
        }
    }

    /** Takes an announcement. */
    public void announce(EntryKey key) {
        if (announcements.size() < MAX_ANNOUNCEMENTS) {
            announcements.add(key);
        } else {
            dropped++;
            dirty = true;
        }
    }

    /** Takes an id to ask the peer for; false when too many wait. */
    public boolean ask(EntryId id) {
        return questions.size() < MAX_WANTS && questions.add(id);
    }

    /** The peer asks for ids, packed; what is too much is dropped, and the peer asks someone else. */
    public void wanted(byte[] ids) {
        for (int at = 0; at < ids.length; at += EntryKeys.ID_BYTES) {
            if (asked.size() < MAX_WANTS) {
                asked.add(EntryKeys.id(ids, at));
            } else {
                dropped++;
            }
        }
    }

    /** The ids to read from the store now, at most {@code limit}; {@link #fetched} must follow. Empty: nothing to do. */
    public List<EntryId> fetch(int limit, long unsentBytes) {
        if (fetching || asked.isEmpty() || payloadBytes + unsentBytes >= SERVE_BELOW_BYTES) {
            return List.of();
        }
        fetching = true;
        List<EntryId> ids = new ArrayList<>();
        while (ids.size() < limit && !asked.isEmpty()) {
            ids.add(asked.remove());
        }
        return ids;
    }

    /**
     * The store's answer.
     *
     * @param entries what it had
     * @param unread ids that it did not come to, to be read again
     */
    public void fetched(List<WireEntry> entries, List<EntryId> unread) {
        fetching = false;
        for (WireEntry entry : entries) {
            payloads.add(entry);
            payloadBytes += entry.bytes();
        }
        for (int i = unread.size() - 1; i >= 0; i--) {
            asked.addFirst(unread.get(i));
        }
    }

    /** The next frame to send, if the stream has room. */
    public Optional<PushFrame> next(long unsentBytes) {
        if (unsentBytes >= MAX_PAYLOAD_BYTES) {
            return Optional.empty();
        }
        if (!questions.isEmpty()) {
            return Optional.of(new PushFrame.Want(EntryKeys.packIds(take(questions))));
        }
        if (!payloads.isEmpty()) {
            return Optional.of(new PushFrame.Entries(takeEntries()));
        }
        if (!announcements.isEmpty()) {
            return Optional.of(new PushFrame.Announce(EntryKeys.pack(take(announcements))));
        }
        return Optional.empty();
    }

    private List<WireEntry> takeEntries() {
        List<WireEntry> frame = new ArrayList<>();
        int bytes = 0;
        while (!payloads.isEmpty()) {
            int more = payloads.element().bytes();
            if (!frame.isEmpty() && bytes + more > FRAME_BYTES) {
                break;
            }
            bytes += more;
            frame.add(payloads.remove());
        }
        payloadBytes -= bytes;
        return frame;
    }

    private static <T> List<T> take(Deque<T> queue) {
        List<T> taken = new ArrayList<>(Math.min(queue.size(), PushFrameCodec.MAX_KEYS));
        while (taken.size() < PushFrameCodec.MAX_KEYS && !queue.isEmpty()) {
            taken.add(queue.remove());
        }
        return taken;
    }

    /** The stream is lost: what waited is dropped, and the peer is dirty. */
    public void streamLost() {
        payloads.clear();
        announcements.clear();
        questions.clear();
        asked.clear();
        payloadBytes = 0;
        dirty = true;
    }

    /** Whether something was dropped since the last call; clears the mark. */
    public boolean takeDirty() {
        boolean was = dirty;
        dirty = false;
        return was;
    }

    /** How many announcements and questions were dropped. */
    public long dropped() {
        return dropped;
    }
}
