// What the scene uses of three.js, as one module.
export {
  ACESFilmicToneMapping, AmbientLight, BoxGeometry, BufferAttribute, BufferGeometry, CanvasTexture, Color, DirectionalLight, DoubleSide,
  EdgesGeometry, ExtrudeGeometry, Float32BufferAttribute, Group, HemisphereLight, Line, LineBasicMaterial, LineSegments, Mesh, MeshBasicMaterial,
  MeshLambertMaterial, MOUSE, PerspectiveCamera, Scene, Shape, ShapeGeometry, Sprite, SpriteMaterial, SRGBColorSpace, TOUCH, Vector2, Vector3,
  WebGLRenderer, CylinderGeometry, ConeGeometry, PlaneGeometry, GridHelper, NormalBlending,
} from "three";
export { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";
