// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.scope;

import io.peerkit.api.AgentId;
import io.peerkit.api.NetworkId;
import io.peerkit.api.gossip.DistributionStrategy;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.gossip.internal.entry.EntryKeys;
import io.peerkit.gossip.internal.reconcile.EntrySet;
import io.peerkit.gossip.internal.reconcile.EntrySetLoader;
import io.peerkit.gossip.internal.reconcile.SketchKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The entries of each scope.
 *
 * <p>Under full replication there is one scope, whose set is that of all entries, and nothing is kept besides. Otherwise there is a set
 * for each scope in which there are entries: some 50 bytes an entry and scope on top. They are shared by all peers, never copied for one.
 *
 * <p>It hears from the set of all entries what comes and goes. The scopes of what comes are told by {@link #sort}; until then, and
 * where nobody can tell, an entry is {@linkplain #unsorted unsorted}, in no scope, and nobody gets it.
 *
 * <p>Belongs to the node loop.
 */
public final class ScopeSets implements EntrySet.Watcher {
    /**
     * A scope that the node holds gets a sketch when it has so many entries: a sketch takes 70 KiB, and fewer entries reconcile as well
     * without. 256 scopes with sketches take 18 MB.
     */
    static final int KEYED_FROM = 256;

    /**
     * The most scopes with entries that the node does not hold; what is in others besides is not offered to those who do. Entries that come from
     * peers may be addressed to whom nobody knows.
     */
    static final int MAX_FOREIGN = 4_096;

    private static final class Scope {
        private EntrySet set = new EntrySet();
        private boolean keyed;
    }

    private final Placement placement;
    private final NetworkId network;
    private final EntrySet all;
    private final Offers offers = new Offers();
    private final TreeMap<String, Scope> scopes = new TreeMap<>();
    private final Set<EntryKey> unsorted = new LinkedHashSet<>();

    /**
     * @param placement says who holds what
     * @param network has a key for each scope
     * @param all the set of all entries; those in it now are told by {@link #sort}
     */
    public ScopeSets(Placement placement, NetworkId network, EntrySet all) {
        this.placement = placement;
        this.network = network;
        this.all = all;
        if (!placement.isWhole()) {
            all.watch(this);
        }
    }

    /** Who holds what. */
    public Placement placement() {
        return placement;
    }

    /** How far peers have confirmed what they hold and this node does not. */
    public Offers offers() {
        return offers;
    }

    /** The set of a scope as it is now; it may be another one later. */
    public EntrySet of(String scope) {
        if (placement.isWhole()) {
            return all;
        }
        Scope found = scopes.get(scope);
        if (found == null) {
            return new EntrySet();
        }
        if (!found.keyed && found.set.size() >= KEYED_FROM && placement.held().contains(scope)) {
            found.set = withKey(found.set, SketchKey.of(network, scope));
            found.keyed = true;
        }
        return found.set;
    }

    private static EntrySet withKey(EntrySet set, SketchKey key) {
        EntrySetLoader loader = new EntrySetLoader(Optional.of(key));
        long[] time = new long[1];
        byte[] id = new byte[EntryKeys.ID_BYTES];
        var cursor = set.snapshot().cursor(0, set.size());
        while (cursor.next()) {
            time[0] = cursor.time();
            cursor.copyId(id, 0);
            loader.append(time, id, 1);
        }
        return loader.load();
    }

    /** Tells the scopes of an entry; nothing happens unless it is there, or when they are known. */
    public void sort(EntryHeader header, EntryKey key) {
        if (placement.isWhole()) {
            return;
        }
        byte[] id = key.id().toBytes();
        if (!all.contains(key.time(), id, 0)) {
            return;
        }
        unsorted.remove(key);
        int named = 0;
        for (String scope : placement.scopesOf(header)) {
            if (++named > DistributionStrategy.MAX_SCOPES_OF_ENTRY) {
                break;
            }
            if (!scopes.containsKey(scope)
                    && scopes.size() >= MAX_FOREIGN
                    && !placement.held().contains(scope)) {
                continue;
            }
            EntrySet set = scopes.computeIfAbsent(scope, none -> new Scope()).set;
            if (set.add(key.time(), id, 0)) {
                offers.added(scope, key, before(set, key, id));
            }
        }
    }

    private static Optional<EntryKey> before(EntrySet set, EntryKey key, byte[] id) {
        int index = set.lowerBound(key.time(), id, 0) - 1;
        return index < 0 ? Optional.empty() : Optional.of(keyAt(set, index));
    }

    private static EntryKey keyAt(EntrySet set, int index) {
        return new EntryKey(set.timeAt(index), set.idAt(index));
    }

    /** The last key of a scope. */
    public Optional<EntryKey> last(String scope) {
        EntrySet set = of(scope);
        return set.size() == 0 ? Optional.empty() : Optional.of(keyAt(set, set.size() - 1));
    }

    /** The scopes that a peer holds and this node does not, in which there is something that the peer has not confirmed. */
    public List<String> toOffer(AgentId peer) {
        List<String> pending = new ArrayList<>();
        Set<String> own = placement.held();
        for (String scope : new TreeSet<>(placement.heldBy(peer))) {
            Optional<EntryKey> last = own.contains(scope) ? Optional.empty() : last(scope);
            if (last.isPresent() && !offers.isConfirmed(peer, scope, last.get()) && !offers.isResting(peer, scope)) {
                pending.add(scope);
            }
        }
        return pending;
    }

    /** Up to so many of the entries whose scopes are not known. */
    public List<EntryKey> unsorted(int most) {
        return unsorted.stream().limit(most).toList();
    }

    /** Nobody can tell the scopes of some entries: they stay out. */
    public void giveUp(List<EntryKey> keys) {
        keys.forEach(unsorted::remove);
    }

    /** How many entries there are in each scope. */
    public Map<String, Integer> sizes() {
        TreeMap<String, Integer> sizes = new TreeMap<>();
        scopes.forEach((name, scope) -> sizes.put(name, scope.set.size()));
        return sizes;
    }

    @Override
    public void added(long time, byte[] id, int offset) {
        unsorted.add(key(time, id, offset));
    }

    @Override
    public void removed(long time, byte[] id, int offset) {
        if (unsorted.remove(key(time, id, offset))) {
            return;
        }
        // Which scopes it was in is not kept: some 100 ns a scope, and removals are rare.
        scopes.values().removeIf(scope -> scope.set.remove(time, id, offset) && scope.set.size() == 0);
    }

    private static EntryKey key(long time, byte[] id, int offset) {
        return new EntryKey(time, EntryKeys.id(id, offset));
    }

    /** What a fingerprint of several scopes is made of: their own, one behind the other, in the order of their names. */
    public byte[] fingerprints(Iterable<String> names, long nonce, int bytesEach) {
        byte[] all = new byte[0];
        for (String name : names) {
            byte[] one = of(name).fingerprint(nonce).toBytes();
            all = Arrays.copyOf(all, all.length + bytesEach);
            System.arraycopy(one, 0, all, all.length - bytesEach, bytesEach);
        }
        return all;
    }
}
