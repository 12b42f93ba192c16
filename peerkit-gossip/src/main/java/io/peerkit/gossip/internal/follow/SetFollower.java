// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.follow;

import io.peerkit.api.EntryId;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.KeyPage;
import io.peerkit.gossip.internal.entry.EntryKeys;
import io.peerkit.gossip.internal.follow.FollowAction.LookFor;
import io.peerkit.gossip.internal.follow.FollowAction.ReadKeys;
import io.peerkit.gossip.internal.follow.FollowAction.Tell;
import io.peerkit.gossip.internal.reconcile.EntryCursor;
import io.peerkit.gossip.internal.reconcile.EntrySet;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Decides how the entry set follows what others write to the store: changes as they are told, and after some were missed a <em>pass</em>
 * that compares all keys, page by page.
 *
 * <pre>{@code
 *   missed --> READ a page --> entries it has and the set has not: add, tell
 *                 ^            entries the set has in its range and it has not: LOOK whether the store has them, else remove
 *                 |            told of all -----+
 *                 +--- next page ---------------+--- last page --> at rest, or again if something was missed meanwhile
 * }</pre>
 *
 * <p>A page is older than what this node stored since, so nothing is removed before the store was asked for it by its id. Changes told while
 * a page or an answer is on its way wait for it: they may be newer, and are put on top. Belongs to the node loop.
 */
final class SetFollower {
    /** The most keys in a page. */
    static final int PAGE_KEYS = 8_192;

    /** The most entries that the store is asked for at once. */
    static final int MAX_LOOK = 4_096;

    /** Above this many keys that wait for a page, they are dropped and a pass finds them. */
    static final int MAX_WAITING_KEYS = 65_536;

    /** So many ticks after the store failed the pass begins anew. */
    static final int REST_TICKS = 5;

    /**
     * What others committed.
     *
     * @param added the entries that came
     * @param removed those that went, before the others came
     */
    record Change(List<EntryKey> added, List<EntryKey> removed) {
        int keys() {
            return added.size() + removed.size();
        }
    }

    private enum Step {
        REST,
        READING,
        LOOKING,
        TELLING
    }

    private final EntrySet set;
    private final Predicate<EntryId> isUnderWay;
    private final Deque<Change> waiting = new ArrayDeque<>();
    private Step step = Step.REST;
    private int waitingKeys;
    private int restTicks;
    private boolean missed;

    /** Whether the application is being told of something. */
    private boolean telling;

    /** Where the page begins. */
    private Optional<EntryKey> after = Optional.empty();

    private @Nullable KeyPage page;

    /** How many of the page this node is writing itself. */
    private int leftOut;

    /** Up to where the set was compared with the page. */
    private Optional<EntryKey> comparedTo = Optional.empty();

    private List<EntryKey> lookedFor = List.of();

    /**
     * @param set follows the store
     * @param isUnderWay whether this node writes the entry itself, and will then add it and tell of it
     */
    SetFollower(EntrySet set, Predicate<EntryId> isUnderWay) {
        this.set = set;
        this.isUnderWay = isUnderWay;
    }

    /** Others committed something. */
    List<FollowAction> changed(Change change) {
        if (step == Step.READING || step == Step.LOOKING) {
            if (waitingKeys + change.keys() > MAX_WAITING_KEYS) {
                waiting.clear();
                waitingKeys = 0;
                missed = true;
            } else {
                waiting.add(change);
                waitingKeys += change.keys();
            }
            return List.of();
        }
        List<EntryKey> news = new ArrayList<>();
        apply(change, news);
        return tell(news);
    }

    private void apply(Change change, List<EntryKey> news) {
        change.removed().forEach(this::remove);
        change.added().forEach(key -> add(key, news));
    }

    private void remove(EntryKey key) {
        set.remove(key.time(), key.id().toBytes(), 0);
    }

    private void add(EntryKey key, List<EntryKey> news) {
        if (!isUnderWay.test(key.id()) && set.add(key.time(), key.id().toBytes(), 0)) {
            news.add(key);
        }
    }

    private List<FollowAction> tell(List<EntryKey> news) {
        if (news.isEmpty()) {
            return List.of();
        }
        telling = true;
        return List.of(new Tell(news));
    }

    /** Changes may have been missed. */
    List<FollowAction> missed() {
        missed = true;
        return step == Step.REST && restTicks == 0 ? begin() : List.of();
    }

    private List<FollowAction> begin() {
        missed = false;
        after = Optional.empty();
        return read();
    }

    private List<FollowAction> read() {
        step = Step.READING;
        return List.of(new ReadKeys(after));
    }

    /**
     * A page of keys came.
     *
     * @param read at most {@link #PAGE_KEYS}, fewer only at the end
     */
    List<FollowAction> keysRead(KeyPage read) {
        page = read;
        comparedTo = after;
        List<EntryKey> news = new ArrayList<>();
        int here = 0;
        for (int i = 0; i < read.size(); i++) {
            if (set.contains(read.times()[i], read.ids(), i * EntryKeys.ID_BYTES)) {
                here++;
            } else {
                add(key(read, i), news);
            }
        }
        leftOut = read.size() - here - news.size();
        List<FollowAction> actions = new ArrayList<>(tell(news));
        actions.addAll(compare());
        return actions;
    }

    /** Looks for what the set has and the page has not. */
    private List<FollowAction> compare() {
        List<EntryKey> suspects = suspects();
        if (suspects.isEmpty()) {
            return catchUp();
        }
        step = Step.LOOKING;
        lookedFor = suspects;
        return List.of(new LookFor(suspects.stream().map(EntryKey::id).toList()));
    }

    private List<EntryKey> suspects() {
        KeyPage read = current();
        int from = comparedTo.map(this::indexBehind).orElse(0);
        int to = isLast(read) ? set.size() : indexBehind(key(read, read.size() - 1));
        List<EntryKey> suspects = new ArrayList<>();
        if (comparedTo.equals(after) && leftOut == 0 && to - from == read.size()) {
            return suspects; // All of the page is there, and nothing else.
        }
        int inPage = 0;
        EntryCursor cursor = set.snapshot().cursor(from, Math.max(from, to));
        while (suspects.size() < MAX_LOOK && cursor.next()) {
            EntryKey key = new EntryKey(cursor.time(), cursor.id());
            while (inPage < read.size() && key(read, inPage).compareTo(key) < 0) {
                inPage++;
            }
            if (inPage == read.size() || !key(read, inPage).equals(key)) {
                suspects.add(key);
            }
            comparedTo = Optional.of(key);
        }
        return suspects;
    }

    private int indexBehind(EntryKey key) {
        byte[] id = key.id().toBytes();
        return set.lowerBound(key.time(), id, 0) + (set.contains(key.time(), id, 0) ? 1 : 0);
    }

    /** The store said which of the entries it was asked for are there. */
    List<FollowAction> lookedUp(Set<EntryId> present) {
        for (EntryKey key : lookedFor) {
            if (!present.contains(key.id())) {
                remove(key);
            }
        }
        lookedFor = List.of();
        return compare();
    }

    /** Puts on top what was told meanwhile, and goes on when the application has taken the news. */
    private List<FollowAction> catchUp() {
        List<FollowAction> actions = new ArrayList<>(tell(applyWaiting()));
        if (telling) {
            step = Step.TELLING;
        } else {
            actions.addAll(next());
        }
        return actions;
    }

    private List<EntryKey> applyWaiting() {
        List<EntryKey> news = new ArrayList<>();
        waiting.forEach(change -> apply(change, news));
        waiting.clear();
        waitingKeys = 0;
        return news;
    }

    /** The application has taken all that it was told. */
    List<FollowAction> told() {
        telling = false;
        return step == Step.TELLING ? next() : List.of();
    }

    private List<FollowAction> next() {
        KeyPage read = current();
        page = null;
        if (!isLast(read)) {
            after = Optional.of(key(read, read.size() - 1));
            return read();
        }
        step = Step.REST;
        return missed ? begin() : List.of();
    }

    /** The store failed for a page or an answer; the pass begins anew after a while. */
    List<FollowAction> failed() {
        step = Step.REST;
        page = null;
        lookedFor = List.of();
        missed = true;
        restTicks = REST_TICKS;
        return tell(applyWaiting());
    }

    /** Time passes; called every second or so. */
    List<FollowAction> tick() {
        if (restTicks > 0 && --restTicks == 0 && step == Step.REST && missed) {
            return begin();
        }
        return List.of();
    }

    private KeyPage current() {
        if (page == null) {
            throw new IllegalStateException("no page was read");
        }
        return page;
    }

    private static boolean isLast(KeyPage read) {
        return read.size() < PAGE_KEYS;
    }

    private static EntryKey key(KeyPage page, int index) {
        return new EntryKey(page.times()[index], EntryKeys.id(page.ids(), index * EntryKeys.ID_BYTES));
    }
}
