// Colours of the scene, from the page's own tokens: light and dark follow the person.
const AREA = { entrance: "--scene-way", escape_route: "--scene-way", corridor: "--scene-corridor", stairs: "--scene-stairs",
               dormitory: "--scene-dormitory", classroom: "--scene-classroom", laboratory: "--scene-laboratory", kitchen: "--scene-kitchen" };

export function lookOf(node) {
  const style = getComputedStyle(node);
  const value = (name) => style.getPropertyValue(name).trim();
  return {
    sky: value("--scene-sky"), ground: value("--scene-ground"), yard: value("--scene-yard"), slab: value("--scene-slab"),
    wall: value("--scene-wall"), edge: value("--scene-edge"), grid: value("--scene-grid"), room: value("--scene-room"),
    route: value("--scene-route"), cone: value("--scene-cone"), accent: value("--accent"),
    level: ["", value("--critical"), value("--major"), value("--minor"), value("--notice")],
    area: (kind) => value(AREA[kind] || "--scene-room"),
  };
}
