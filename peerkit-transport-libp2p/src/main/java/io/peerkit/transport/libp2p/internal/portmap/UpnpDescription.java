// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.portmap;

import io.peerkit.api.InvalidBytesException;
import java.net.InetAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a router says of itself: a tree of devices with services, of which one maps ports.
 *
 * @see <a href="https://openconnectivity.org/developer/specifications/upnp-resources/upnp/internet-gateway-device-igd-v-2-0/">
 *     Internet Gateway Device 2.0</a>
 */
final class UpnpDescription {
    /** The services that map ports, the better first. */
    private static final List<String> MAPPERS = List.of(
            "urn:schemas-upnp-org:service:WANIPConnection:2",
            "urn:schemas-upnp-org:service:WANIPConnection:1",
            "urn:schemas-upnp-org:service:WANPPPConnection:1");

    private UpnpDescription() {}

    /**
     * A service that maps ports.
     *
     * @param type its name and version
     * @param control where it takes requests
     */
    record Service(String type, URI control) {}

    /**
     * Finds the services that map ports.
     *
     * @param router who sent the description
     * @param location where it was read
     * @param text the description
     * @return the better first; a router with several lines to the internet may have several of one type
     * @throws InvalidBytesException when it is malformed, or a service is on another machine
     */
    static List<Service> services(InetAddress router, URI location, String text) {
        List<Service> found = new ArrayList<>();
        Map<String, String> open = new HashMap<>();
        String[] base = {location.toString()};
        RouterXml.read(text, (name, value) -> {
            switch (name) {
                case "URLBase" -> base[0] = value.isEmpty() ? base[0] : value;
                case "serviceType", "controlURL" -> open.put(name, value);
                case "service" -> {
                    String type = open.getOrDefault("serviceType", "");
                    if (MAPPERS.contains(type)) {
                        URI page = RouterUrl.on(router, base[0]);
                        found.add(new Service(
                                type, RouterUrl.resolve(router, page, open.getOrDefault("controlURL", ""))));
                    }
                    open.clear();
                }
                default -> {
                    // says nothing of mappings
                }
            }
        });
        found.sort(Comparator.comparingInt(service -> MAPPERS.indexOf(service.type())));
        return List.copyOf(found);
    }
}
