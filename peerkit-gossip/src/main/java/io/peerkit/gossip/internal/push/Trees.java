// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.push;

import io.peerkit.api.NodeId;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** This node's place in the tree of each route, those used last. */
final class Trees {
    /** The most routes; entries of one that was forgotten are asked for once more, which plants its tree again. */
    static final int MAX_ROUTES = 1_024;

    /** The most peers that get the entries of a route whole. */
    static final int MAX_CHILDREN = 16;

    /** The most routes in which one peer is a child, so that none has all the room. */
    static final int MAX_ROUTES_PER_PEER = MAX_ROUTES / 4;

    /** A place in a tree. */
    static final class Tree {
        /** From whom whole entries come. */
        Optional<NodeId> parent = Optional.empty();

        /** To whom they go. */
        final Set<NodeId> children = new LinkedHashSet<>(2);

        /** Who does not want the own entries whole, because they come to it otherwise. */
        final Set<NodeId> pruned = new LinkedHashSet<>(0);

        /** From which tick on the parent may be changed for a shorter way. */
        long movableAt;

        /** Whether entries came along the tree before. */
        boolean grown;
    }

    private final Map<Long, Tree> trees = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Tree> eldest) {
            boolean full = size() > MAX_ROUTES;
            if (full) {
                eldest.getValue().children.forEach(Trees.this::released);
            }
            return full;
        }
    };

    private final Map<NodeId, Integer> perPeer = new LinkedHashMap<>();

    Optional<Tree> get(long route) {
        return Optional.ofNullable(trees.get(route));
    }

    Tree plant(long route) {
        return trees.computeIfAbsent(route, unknown -> new Tree());
    }

    /** A peer wants to be a child; false when there is no such tree, or no room in it. */
    boolean graft(long route, NodeId child) {
        Tree tree = trees.get(route);
        if (tree == null) {
            return false;
        }
        tree.pruned.remove(child);
        if (tree.children.contains(child)) {
            return true;
        }
        if (tree.children.size() >= MAX_CHILDREN || perPeer.getOrDefault(child, 0) >= MAX_ROUTES_PER_PEER) {
            return false;
        }
        tree.children.add(child);
        perPeer.merge(child, 1, Integer::sum);
        return true;
    }

    void prune(long route, NodeId child) {
        Tree tree = trees.get(route);
        if (tree != null) {
            tree.pruned.add(child);
            if (tree.children.remove(child)) {
                released(child);
            }
        }
    }

    void gone(NodeId peer) {
        Collection<Tree> all = trees.values();
        for (Tree tree : all) {
            tree.children.remove(peer);
            tree.pruned.remove(peer);
            tree.parent = tree.parent.filter(parent -> !parent.equals(peer));
        }
        perPeer.remove(peer);
    }

    private void released(NodeId child) {
        perPeer.computeIfPresent(child, (same, count) -> count > 1 ? count - 1 : null);
    }

    int size() {
        return trees.size();
    }
}
