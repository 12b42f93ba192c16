// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.gossip;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidSettingException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Places entries on a ring of 2^32 points.
 *
 * <p>Bucket {@code b} of {@value #BUCKETS} begins at point {@code b * 2^24}; an entry is in the bucket that the first byte of its blob's hash
 * names, so that the hash alone tells where a blob is. Each agent stands at {@value #POSITIONS} points, the 4-byte words of its id, most
 * significant byte first. A bucket is held by the first agents that stand at or behind its beginning, as many different ones as there
 * are replicas. So what an agent holds is a union of runs of neighbouring buckets; who comes or goes changes the buckets before its own
 * points and no others.
 *
 * <p>Eight points rather than one even out the shares: with one, the greatest of 30 shares is some four times the mean, with eight under
 * twice. The price is no higher: as much moves, between more neighbours.
 *
 * <p>As long as no members are known, every agent holds all buckets.
 */
public final class RingReplication implements DistributionStrategy {
    /** The parts into which the ring is divided. */
    public static final int BUCKETS = 256;

    /** The points at which an agent stands. */
    public static final int POSITIONS = 8;

    /** The most replicas. */
    public static final int MAX_REPLICAS = 32;

    private static final List<String> NAMES = names();
    private static final Set<String> ALL = Set.copyOf(NAMES);
    private static final int BUCKET_SHIFT = 24;

    private final int replicas;
    private final Duration grace;
    private final boolean anybody;
    private final Map<AgentId, Set<String>> held;

    RingReplication(int replicas, Duration grace) {
        this(replicas, grace, true, Map.of());
        if (replicas < 1 || replicas > MAX_REPLICAS) {
            throw new InvalidSettingException("ring of " + replicas + " replicas, must be 1 to " + MAX_REPLICAS);
        }
        if (grace.isNegative()) {
            throw new InvalidSettingException("grace of " + grace + ", must not be negative");
        }
    }

    private RingReplication(int replicas, Duration grace, boolean anybody, Map<AgentId, Set<String>> held) {
        this.replicas = replicas;
        this.grace = grace;
        this.anybody = anybody;
        this.held = held;
    }

    private static List<String> names() {
        List<String> names = new ArrayList<>(BUCKETS);
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            names.add(String.format("%02x", bucket));
        }
        return List.copyOf(names);
    }

    /**
     * The name of a bucket's scope: two hexadecimal digits.
     *
     * @param bucket 0 to 255
     * @return the name
     */
    public static String scope(int bucket) {
        return NAMES.get(bucket);
    }

    private static int bucketOf(BlobHash hash) {
        return hash.toBytes()[0] & 0xff;
    }

    @Override
    public Set<String> scopesOf(EntryHeader entry) {
        return Set.of(NAMES.get(bucketOf(entry.blobHash())));
    }

    @Override
    public int replicas(EntryHeader entry) {
        return Math.min(replicas, entry.replicas().orElse(replicas));
    }

    @Override
    public Set<String> scopesOf(AgentId agent) {
        return anybody ? ALL : held.getOrDefault(agent, Set.of());
    }

    @Override
    public List<AgentId> locate(BlobHash hash, Collection<AgentId> known) {
        return holders(points(new TreeSet<>(known)), bucketOf(hash), known.size());
    }

    @Override
    public DistributionStrategy among(Members members) {
        List<Point> points = points(members.agents());
        Map<AgentId, Set<String>> shares = new HashMap<>();
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            for (AgentId holder : holders(points, bucket, replicas)) {
                shares.computeIfAbsent(holder, none -> new LinkedHashSet<>()).add(NAMES.get(bucket));
            }
        }
        shares.replaceAll((agent, share) -> Set.copyOf(share));
        return new RingReplication(replicas, grace, members.agents().isEmpty(), shares);
    }

    @Override
    public Duration grace() {
        return grace;
    }

    /** A place where an agent stands; {@code at} is unsigned. */
    private record Point(int at, AgentId agent) implements Comparable<Point> {
        @Override
        public int compareTo(Point other) {
            int order = Integer.compareUnsigned(at, other.at);
            return order != 0 ? order : agent.compareTo(other.agent);
        }
    }

    private static List<Point> points(Collection<AgentId> agents) {
        List<Point> points = new ArrayList<>(agents.size() * POSITIONS);
        for (AgentId agent : agents) {
            ByteBuffer words = ByteBuffer.wrap(agent.toBytes());
            while (words.hasRemaining()) {
                points.add(new Point(words.getInt(), agent));
            }
        }
        Collections.sort(points);
        return points;
    }

    /** The first different agents from a bucket's beginning on. */
    private static List<AgentId> holders(List<Point> points, int bucket, int most) {
        int begin = bucket << BUCKET_SHIFT;
        int low = 0;
        int high = points.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Integer.compareUnsigned(points.get(middle).at(), begin) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Set<AgentId> holders = new LinkedHashSet<>();
        for (int i = 0; i < points.size() && holders.size() < most; i++) {
            holders.add(points.get((low + i) % points.size()).agent());
        }
        return List.copyOf(holders);
    }
}
