// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.push;

import io.peerkit.api.EntryId;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.gossip.internal.entry.EntryKeys;
import io.peerkit.gossip.internal.entry.WireEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What waits to be pushed to one peer, and in which frames it goes.
 *
 * <p>Questions go first, then entries, then announcements. A peer that does not keep up gets announcements instead of
 * entries; when even these become too many they are dropped and the peer is dirty: a sync session repairs it. Announcements that
 * are not urgent wait for each other, and are dropped when the peer tells of the entry first.
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

    private record Payload(WireEntry entry, Optional<Note> note) {}

    private record Note(EntryKey key, long route, int hops) {}

    private final Deque<Payload> payloads = new ArrayDeque<>();
    private final Deque<Note> announcements = new ArrayDeque<>();
    private final Map<EntryId, Note> later = new LinkedHashMap<>();
    private final Deque<EntryId> questions = new ArrayDeque<>();
    private final Set<Long> grafts = new LinkedHashSet<>();
    private final Set<Long> prunes = new LinkedHashSet<>();
    private final Deque<EntryId> asked = new ArrayDeque<>();
    private long payloadBytes;
    private long dropped;
    private boolean dirty;
    private boolean fetching;

    /** Takes a new entry, whole if the peer keeps up, otherwise as an announcement. */
    public void entry(EntryKey key, WireEntry entry, long route, int hops, long unsentBytes) {
        long waiting = payloadBytes + unsentBytes;
        Note note = new Note(key, route, hops);
        if (waiting == 0 || waiting + entry.bytes() <= MAX_PAYLOAD_BYTES) {
            payloads.add(new Payload(entry, Optional.of(note)));
            payloadBytes += entry.bytes();
        } else {
            announce(key, route, hops, true);
        }
    }

    /** Takes an announcement, to be sent soon, or with others at {@link #release}. */
    public void announce(EntryKey key, long route, int hops, boolean soon) {
        if (announcements.size() + later.size() >= MAX_ANNOUNCEMENTS) {
            dropped++;
            dirty = true;
        } else if (soon) {
            announcements.add(new Note(key, route, hops));
        } else {
            later.put(key.id(), new Note(key, route, hops));
        }
    }

    /** The peer has an entry: it need not be told of it. */
    public void known(EntryId id) {
        later.remove(id);
    }

    /** Lets the announcements go that waited for others; false when none did. */
    public boolean release() {
        boolean any = !later.isEmpty();
        announcements.addAll(later.values());
        later.clear();
        return any;
    }

    /** Whether announcements wait for {@link #release}. */
    public boolean isHoldingBack() {
        return !later.isEmpty();
    }

    /** Takes an id to ask the peer for; false when too many wait. */
    public boolean ask(EntryId id, long route) {
        if (questions.size() >= MAX_WANTS) {
            return false;
        }
        graft(route);
        return questions.add(id);
    }

    /** Asks for all entries of a route from now on. */
    public void graft(long route) {
        if (route != Route.NONE && grafts.size() < Trees.MAX_ROUTES) {
            grafts.add(route);
            prunes.remove(route);
        }
    }

    /** Asks for no more entries of a route. */
    public void prune(long route) {
        if (prunes.size() < Trees.MAX_ROUTES && !grafts.contains(route)) {
            prunes.add(route);
        }
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
            payloads.add(new Payload(entry, Optional.empty()));
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
        if (!prunes.isEmpty()) {
            return Optional.of(new PushFrame.Prune(takeRoutes(prunes)));
        }
        if (!questions.isEmpty() || !grafts.isEmpty()) {
            return Optional.of(new PushFrame.Want(EntryKeys.packIds(take(questions)), takeRoutes(grafts)));
        }
        if (!payloads.isEmpty()) {
            return Optional.of(takeEntries());
        }
        if (!announcements.isEmpty()) {
            List<Note> notes = take(announcements);
            List<EntryKey> keys = new ArrayList<>(notes.size());
            notes.forEach(note -> keys.add(note.key()));
            return Optional.of(new PushFrame.Announce(EntryKeys.pack(keys), runs(notes)));
        }
        return Optional.empty();
    }

    /** Entries that were asked for, and those that were not, go in frames of their own. */
    private PushFrame takeEntries() {
        List<WireEntry> frame = new ArrayList<>();
        List<Note> notes = new ArrayList<>();
        boolean pushed = payloads.element().note().isPresent();
        int bytes = 0;
        while (!payloads.isEmpty() && payloads.element().note().isPresent() == pushed) {
            int more = payloads.element().entry().bytes();
            if (!frame.isEmpty() && bytes + more > FRAME_BYTES) {
                break;
            }
            bytes += more;
            Payload payload = payloads.remove();
            frame.add(payload.entry());
            payload.note().ifPresent(notes::add);
        }
        payloadBytes -= bytes;
        return new PushFrame.Entries(frame, runs(notes));
    }

    private static List<PushFrame.Run> runs(List<Note> notes) {
        List<PushFrame.Run> runs = new ArrayList<>();
        int begin = 0;
        for (int i = 1; i <= notes.size(); i++) {
            Note first = notes.get(begin);
            boolean same = i < notes.size()
                    && notes.get(i).route() == first.route()
                    && notes.get(i).hops() == first.hops();
            if (!same) {
                runs.add(new PushFrame.Run(first.route(), first.hops(), i - begin));
                begin = i;
            }
        }
        return runs;
    }

    private static List<Long> takeRoutes(Set<Long> routes) {
        List<Long> taken = new ArrayList<>();
        for (Iterator<Long> all = routes.iterator(); all.hasNext() && taken.size() < PushFrameCodec.MAX_ROUTES; ) {
            taken.add(all.next());
            all.remove();
        }
        return taken;
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
        later.clear();
        questions.clear();
        grafts.clear();
        prunes.clear();
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

    /** How many entries wait to be sent, or to be announced. */
    public int waiting() {
        return payloads.size() + announcements.size() + later.size() + asked.size();
    }

    /** How many announcements and questions were dropped. */
    public long dropped() {
        return dropped;
    }
}
